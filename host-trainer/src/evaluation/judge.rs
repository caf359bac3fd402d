//! Predictions and truth to the figures of one row of every table.

use super::EvaluationSet;
use super::set::evidence;
use crate::data::Task;
use crate::engine::Prediction;
use crate::metrics::threshold::Threshold;
use crate::metrics::{
    BinaryImage, ConstantMask, EvidenceMap, LabelMap, MaskControl, MetricsError, MultiLabelImage, StageId, StageResult,
    background_everywhere, evaluate_binary, evaluate_multi_label,
};

/// A split and what an engine says about it.
type Judged<'a> = (&'a EvaluationSet, &'a [Prediction]);

/// Figures of `test` at the mask threshold `threshold` (binary problems; without one it is chosen from the validation
/// split's labels), with the threshold that the validation split's masks choose beside it.
///
/// # Errors
/// [`MetricsError`] when the two splits and their predictions do not fit, or no threshold can be chosen.
pub fn judge(
    id: StageId,
    threshold: Option<Threshold>,
    validation: Judged<'_>,
    test: Judged<'_>,
) -> Result<StageResult, MetricsError> {
    match test.0.task {
        Task::Binary => {
            let positive = test.0.classes.last().map_or("positive", String::as_str);
            evaluate_binary(id, positive, threshold, &binary(validation)?, &binary(test)?)
        }
        Task::MultiLabel => multi_label(id, test),
    }
}

fn binary<'a>((set, predictions): Judged<'a>) -> Result<Vec<BinaryImage<'a>>, MetricsError> {
    let image = |(i, prediction): (usize, &'a Prediction)| {
        Ok(BinaryImage {
            score: prediction.margin() as f32,
            positive: set.is_positive(i),
            map: evidence(prediction.shape, prediction.evidence())?,
            truth: set.truth(i),
        })
    };
    predictions.iter().enumerate().map(image).collect()
}

fn multi_label(id: StageId, (set, predictions): Judged<'_>) -> Result<StageResult, MetricsError> {
    let objects = &set.classes[1..];
    let scores: Vec<Vec<f32>> =
        predictions.iter().map(|p| p.scores[1..].iter().map(|&score| score as f32).collect()).collect();
    let labels: Vec<Vec<bool>> = set
        .labels
        .iter()
        .map(|present| (1..set.classes.len()).map(|class| present.contains(&class)).collect())
        .collect();
    let maps = predictions
        .iter()
        .map(|p| p.maps[1..].iter().map(|map| evidence(p.shape, map)).collect::<Result<Vec<EvidenceMap<'_>>, _>>())
        .collect::<Result<Vec<_>, _>>()?;
    let images = predictions
        .iter()
        .enumerate()
        .map(|(i, p)| {
            Ok(MultiLabelImage {
                scores: &scores[i],
                labels: &labels[i],
                maps: &maps[i],
                predicted: LabelMap::new(p.shape.width, p.shape.height, &p.labels)?,
                truth: set.truth(i),
            })
        })
        .collect::<Result<Vec<_>, MetricsError>>()?;
    evaluate_multi_label(id, objects, &images)
}

/// The control: the best mask that is the same for every image, chosen on the validation split; in multi-label problems
/// background everywhere. `None` without masks.
pub fn constant_mask(validation: &EvaluationSet, test: &EvaluationSet) -> Option<MaskControl> {
    let lesions = |set| -> Vec<LabelMap<'_>> { positive_truths(set).collect() };
    match test.task {
        Task::Binary => Some(ConstantMask::fit(&lesions(validation))?.judge(&lesions(test))),
        Task::MultiLabel => {
            let truths: Vec<LabelMap<'_>> = (0..test.len()).filter_map(|i| test.truth(i)).collect();
            background_everywhere(test.classes.len(), &truths)
        }
    }
}

fn positive_truths(set: &EvaluationSet) -> impl Iterator<Item = LabelMap<'_>> {
    (0..set.len()).filter(|&i| set.is_positive(i)).filter_map(|i| set.truth(i))
}
