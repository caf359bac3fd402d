//! Predictions and truth to the figures of one row of every table.

use super::set::evidence;
use super::{EvaluationSet, OperatingPoint, OperatingRule};
use crate::data::Task;
use crate::engine::Prediction;
use crate::metrics::{
    AlarmResult, BinaryImage, Confusion, ConstantMask, Controls, Curves, EvidenceMap, LabelMap, MaskControl,
    MetricsError, MultiLabelImage, Overlap, StageId, StageResult, background_everywhere, binary_curves,
    evaluate_binary, evaluate_multi_label, mean_average_precision, upsample,
};

/// A split and what an engine says about it.
type Judged<'a> = (&'a EvaluationSet, &'a [Prediction]);

/// Figures of `test` at the operating point `stored` (binary problems; without one `rule` chooses it on the validation
/// split), with those at the thresholds that the validation split's labels and masks choose beside them.
///
/// # Errors
/// [`MetricsError`] when the two splits and their predictions do not fit, or no threshold can be chosen.
pub fn judge(
    id: StageId,
    rule: OperatingRule,
    stored: Option<OperatingPoint>,
    validation: Judged<'_>,
    test: Judged<'_>,
) -> Result<StageResult, MetricsError> {
    let chosen = || OperatingPoint::choose(rule, validation.0, validation.1);
    let Some(point) = stored.map_or_else(chosen, |point| Ok(Some(point)))? else {
        return multi_label(id, test);
    };
    let lesion = test.0.classes.last().map_or("positive", String::as_str);
    let (validation, images) = (binary(validation)?, binary(test)?);
    let result = evaluate_binary(id, lesion, point.mask, rule.false_alarms, &validation, &images)?;
    let margins = test.1.iter().enumerate().map(|(i, prediction)| (prediction.margin(), test.0.is_positive(i)));
    Ok(StageResult { alarm: Some(AlarmResult::of(point.margin, margins)), ..result })
}

/// What other thresholds would reach on a split of a binary problem; empty in other problems.
///
/// # Errors
/// [`MetricsError`] when the split and its predictions do not fit.
pub fn curves(judged: Judged<'_>) -> Result<Curves, MetricsError> {
    match judged.0.task {
        Task::Binary => Ok(binary_curves(&binary(judged)?)),
        Task::MultiLabel => Ok(Curves::default()),
    }
}

/// IoU of each image of a split at the mask threshold `level`, averaged over classes in multi-label problems; `None` for
/// an image without a lesion or without a mask.
///
/// # Errors
/// [`MetricsError`] when the split and its predictions do not fit.
pub fn image_iou((set, predictions): Judged<'_>, level: u8) -> Result<Vec<Option<f64>>, MetricsError> {
    let iou = |(i, prediction): (usize, &Prediction)| {
        let Some(truth) = set.truth(i).filter(|truth| set.is_positive(i) && truth.foreground_share() > 0.0) else {
            return Ok(None);
        };
        match set.task {
            Task::Binary => {
                let map = evidence(prediction.shape, prediction.evidence())?;
                let levels = upsample::bilinear(map, truth.width(), truth.height());
                Ok(Overlap::of(levels.into_iter().map(|found| found >= f32::from(level)), truth).iou())
            }
            Task::MultiLabel => {
                let labels = LabelMap::new(prediction.shape.width, prediction.shape.height, &prediction.labels)?;
                let mut confusion = Confusion::new(set.classes.len());
                confusion.add(&upsample::nearest(labels, truth.width(), truth.height()), truth)?;
                Ok(confusion.mean_iou())
            }
        }
    };
    predictions.iter().enumerate().map(iou).collect()
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
    let labels = object_labels(set);
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

/// What predictions reach that are the same for every image: the controls without a network.
pub fn constant_controls(validation: &EvaluationSet, test: &EvaluationSet) -> Controls {
    Controls {
        constant_mask: constant_mask(validation, test),
        constant_scores: match test.task {
            Task::Binary => None,
            Task::MultiLabel => constant_scores(test),
        },
        networks: Vec::new(),
    }
}

/// The best mask that is the same for every image, chosen on the validation split; in multi-label problems background
/// everywhere. `None` without masks.
fn constant_mask(validation: &EvaluationSet, test: &EvaluationSet) -> Option<MaskControl> {
    let lesions = |set| -> Vec<LabelMap<'_>> { positive_truths(set).collect() };
    match test.task {
        Task::Binary => Some(ConstantMask::fit(&lesions(validation))?.judge(&lesions(test))),
        Task::MultiLabel => {
            let truths: Vec<LabelMap<'_>> = (0..test.len()).filter_map(|i| test.truth(i)).collect();
            background_everywhere(test.classes.len(), &truths)
        }
    }
}

/// The mean average precision of equal scores.
fn constant_scores(test: &EvaluationSet) -> Option<f64> {
    let labels = object_labels(test);
    let labels: Vec<&[bool]> = labels.iter().map(Vec::as_slice).collect();
    let scores = vec![0.0; test.classes.len() - 1];
    mean_average_precision(&vec![scores.as_slice(); test.len()], &labels)
}

/// Whether each image shows each object class; the background is left out.
fn object_labels(set: &EvaluationSet) -> Vec<Vec<bool>> {
    let shown = |present: &Vec<usize>| (1..set.classes.len()).map(|class| present.contains(&class)).collect();
    set.labels.iter().map(shown).collect()
}

fn positive_truths(set: &EvaluationSet) -> impl Iterator<Item = LabelMap<'_>> {
    (0..set.len()).filter(|&i| set.is_positive(i)).filter_map(|i| set.truth(i))
}
