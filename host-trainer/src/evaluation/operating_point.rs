//! Where evidence becomes mask and score becomes alarm: chosen on the validation split, stored in the model.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::EvaluationSet;
use super::set::evidence;
use crate::data::Task;
use crate::engine::Prediction;
use crate::metrics::MetricsError;
use crate::metrics::threshold::{DEFAULT_FALSE_ALARM_RATE, Peaks, Threshold, allowed_alarms, from_labels, from_masks};

/// What the stored mask threshold is chosen from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdChoice {
    /// Image labels: at most a given share of the validation split's negatives shows a mask anywhere, as far as that takes
    /// a level between a fifth and two fifths of what positives usually show.
    #[default]
    Labels,
    /// The validation split's masks: the best pooled IoU.
    Masks,
}

/// How an operating point is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingRule {
    /// What the mask threshold is chosen from.
    pub threshold: ThresholdChoice,
    /// Share, 0 to 1, of the validation split's negatives that may show a mask (where it is chosen from labels), and that
    /// may be called positive.
    pub false_alarms: f64,
}

impl Default for OperatingRule {
    fn default() -> Self {
        Self { threshold: ThresholdChoice::default(), false_alarms: DEFAULT_FALSE_ALARM_RATE }
    }
}

/// The two thresholds of a binary problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// Level from which a pixel is in the mask.
    pub mask: Threshold,
    /// Margin (score 1 less score 0) from which an image is positive: at most the rule's share of negatives reaches it.
    pub margin: f64,
}

impl OperatingPoint {
    /// Chooses both on the validation split; `None` in a multi-label problem, which has neither.
    ///
    /// # Errors
    /// [`MetricsError`] when the split has no negative image, or no mask where masks were asked for, or the rate is none.
    pub fn choose(
        rule: OperatingRule,
        validation: &EvaluationSet,
        predictions: &[Prediction],
    ) -> Result<Option<Self>, MetricsError> {
        if validation.task == Task::MultiLabel {
            return Ok(None);
        }
        let negatives = || predictions.iter().enumerate().filter(|&(i, _)| !validation.is_positive(i)).map(|(_, p)| p);
        let peak = |p: &Prediction| p.evidence().iter().copied().fold(0.0, f32::max);
        let peaks = Peaks::of(predictions.iter().enumerate().map(|(i, p)| (validation.is_positive(i), peak(p))));
        let by_labels = from_labels(&peaks, rule.false_alarms)?;
        let mask = match rule.threshold {
            ThresholdChoice::Labels => by_labels,
            ThresholdChoice::Masks => by_masks(validation, predictions)?.ok_or(MetricsError::NoMasks)?,
        };
        let mut margins: Vec<f64> = negatives().map(Prediction::margin).collect();
        margins.sort_by(f64::total_cmp);
        let allowed = allowed_alarms(rule.false_alarms, margins.len())?;
        // One step of a score above the negative that must stay silent; where none must, down to the lowest.
        let silent = margins.iter().rev().nth(allowed).map(|margin| margin + 1.0 / 65_536.0);
        let margin = silent.or(margins.first().copied()).unwrap_or_default();
        Ok(Some(Self { mask, margin }))
    }
}

fn by_masks(validation: &EvaluationSet, predictions: &[Prediction]) -> Result<Option<Threshold>, MetricsError> {
    let positives = predictions.iter().enumerate().filter(|&(i, _)| validation.is_positive(i));
    let pairs = positives
        .filter_map(|(i, p)| validation.truth(i).map(|truth| Ok((evidence(p.shape, p.evidence())?, truth))))
        .collect::<Result<Vec<_>, MetricsError>>()?;
    Ok(from_masks(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Image8, Mask};
    use switchback::model::MapShape;

    /// Negatives whose map peaks at, and whose margin is, a tenth of their number; then a positive with a mask.
    fn split() -> (EvaluationSet, Vec<Prediction>) {
        let values: Vec<f32> = vec![10.0, 20.0, 30.0, 40.0, 90.0];
        let count = values.len();
        let prediction = |&value: &f32| Prediction {
            scores: vec![0.0, f64::from(value) / 100.0],
            shape: MapShape { width: 2, height: 1, channels: 1 },
            maps: vec![vec![value, 5.0]],
            labels: vec![0; 2],
        };
        let mask = Mask { width: 2, height: 1, classes: vec![1, 0] };
        let set = EvaluationSet {
            task: Task::Binary,
            classes: vec!["normal".into(), "lesion".into()],
            names: vec![String::new(); count],
            images: vec![Image8 { width: 2, height: 1, channels: 1, pixels: vec![0; 2] }; count],
            labels: (0..count).map(|i| vec![usize::from(i + 1 == count)]).collect(),
            masks: (0..count).map(|i| (i + 1 == count).then(|| mask.clone())).collect(),
        };
        (set, values.iter().map(prediction).collect())
    }

    #[test]
    fn the_rate_moves_both_thresholds() {
        let (set, predictions) = split();
        let at = |false_alarms| {
            let rule = OperatingRule { threshold: ThresholdChoice::Labels, false_alarms };
            let point = OperatingPoint::choose(rule, &set, &predictions).unwrap().unwrap();
            (point.mask.level, point.margin)
        };
        let step = 1.0 / 65_536.0;
        let tenth = |value: f32| f64::from(value) / 100.0;
        // Never above two fifths of the positive's 90.
        assert_eq!(at(0.0), (36, tenth(40.0) + step));
        assert_eq!(at(0.25), (31, tenth(30.0) + step));
        // Never below a fifth of the positive's 90.
        assert_eq!(at(1.0), (18, tenth(10.0)));
        let rule = OperatingRule { false_alarms: 2.0, ..OperatingRule::default() };
        assert!(OperatingPoint::choose(rule, &set, &predictions).is_err());
    }

    #[test]
    fn masks_are_looked_at_only_where_they_are_asked_for() {
        let (mut set, predictions) = split();
        let labels = OperatingRule::default();
        let masks = OperatingRule { threshold: ThresholdChoice::Masks, ..labels };
        let choose = |rule, set: &EvaluationSet| OperatingPoint::choose(rule, set, &predictions);
        let (from_labels, from_masks) = (choose(labels, &set).unwrap(), choose(masks, &set).unwrap().unwrap());
        assert_eq!((from_masks.mask.level, from_labels.unwrap().mask.level), (6, 36));
        set.masks.fill(None);
        assert_eq!(choose(labels, &set).unwrap(), from_labels);
        assert_eq!(choose(masks, &set), Err(MetricsError::NoMasks));
    }
}
