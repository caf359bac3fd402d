//! Means and ranges over seeds, as a table and as the file `experiment.json`.

use serde::{Deserialize, Serialize};

use super::{Arm, Trial};
use crate::metrics::{Engine, StageResult, aligned};

/// Mean and range of one figure over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Smallest.
    pub least: f64,
    /// Largest.
    pub most: f64,
}

/// One row: an arm's stage in one engine, over all seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Which arm.
    pub arm: Arm,
    /// Which engine.
    pub engine: Engine,
    /// Deconvolution stages; 0 in networks without.
    pub stage: usize,
    /// How many seeds.
    pub seeds: usize,
    /// Multiply-accumulates of an image, zeros counted.
    pub macs: Option<u64>,
    /// Area under the ROC curve, or mean average precision in multi-label problems.
    pub score: Option<Spread>,
    /// IoU at the stored threshold.
    pub iou: Option<Spread>,
    /// IoU at the threshold that the validation split's masks choose.
    pub iou_mask_threshold: Option<Spread>,
    /// Mean of the images' own IoU at the stored threshold.
    pub mean_iou_per_image: Option<Spread>,
    /// Share of positive images whose maximum lies in the lesion.
    pub pointing: Option<Spread>,
}

impl Spread {
    fn of(values: impl Iterator<Item = Option<f64>>) -> Option<Self> {
        let values: Vec<f64> = values.collect::<Option<_>>()?;
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        (!values.is_empty()).then(|| Self { mean: values.iter().sum::<f64>() / values.len() as f64, least, most })
    }

    fn show(spread: Option<Self>) -> String {
        spread.map_or("-".into(), |s| format!("{:.3} [{:.3}-{:.3}]", s.mean, s.least, s.most))
    }
}

/// A row for each arm, engine and stage of `trials`, in the order in which they first occur.
pub fn summarize(trials: &[Trial]) -> Vec<Summary> {
    let mut keys = Vec::new();
    for trial in trials {
        for result in &trial.results {
            let key = (trial.arm, result.id.engine, result.id.stage);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys.into_iter().map(|key| row(key, trials)).collect()
}

fn row((arm, engine, stage): (Arm, Engine, usize), trials: &[Trial]) -> Summary {
    let mine: Vec<&StageResult> = trials
        .iter()
        .filter(|trial| trial.arm == arm)
        .flat_map(|trial| &trial.results)
        .filter(|result| result.id.engine == engine && result.id.stage == stage)
        .collect();
    let spread = |figure: fn(&StageResult) -> Option<f64>| Spread::of(mine.iter().map(|result| figure(result)));
    Summary {
        arm,
        engine,
        stage,
        seeds: mine.len(),
        macs: mine.first().and_then(|result| result.macs),
        score: spread(|result| result.auc.or(result.map)),
        iou: spread(|result| result.iou),
        iou_mask_threshold: spread(|result| result.at_mask_threshold.map(|at| at.iou)),
        mean_iou_per_image: spread(|result| result.mean_iou_per_image),
        pointing: spread(|result| result.pointing),
    }
}

/// The rows as text: mean and range of each figure.
pub fn table(rows: &[Summary]) -> String {
    let heading = ["arm", "stage", "engine", "seeds", "M MACs", "AUC or mAP", "IoU", "IoU, mask threshold", "pointing"];
    let mut lines = vec![heading.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(|row| {
        vec![
            row.arm.name().to_owned(),
            row.stage.to_string(),
            row.engine.name().to_owned(),
            row.seeds.to_string(),
            row.macs.map_or("-".into(), |macs| format!("{:.1}", macs as f64 / 1e6)),
            Spread::show(row.score),
            Spread::show(row.iou),
            Spread::show(row.iou_mask_threshold),
            Spread::show(row.pointing),
        ]
    }));
    aligned(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_need_every_seed() {
        let spread = Spread::of([Some(0.25), Some(0.5), Some(0.75)].into_iter()).unwrap();
        assert_eq!(spread, Spread { mean: 0.5, least: 0.25, most: 0.75 });
        assert_eq!(Spread::of([Some(0.25), None].into_iter()), None);
        assert_eq!(Spread::of([].into_iter()), None);
        assert_eq!(Spread::show(Some(spread)), "0.500 [0.250-0.750]");
    }
}
