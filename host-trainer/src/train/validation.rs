//! How well a network tells the labels of the validation split: masks play no part.

use candle_core::Tensor;

use super::augment::View;
use super::error::TrainError;
use super::images::Images;
use super::loss::Objective;
use super::phase::Phase;
use crate::float::FloatNetwork;
use crate::metrics::{mean_average_precision, roc_auc};

/// Images a pass.
const BATCH: usize = 16;

/// Area under the ROC curve of a binary problem, else mean average precision (background left out). `None` where it is
/// not defined: a class is missing from the split.
pub(super) fn validate(float: &FloatNetwork, phase: Phase, images: &Images) -> Result<Option<f64>, TrainError> {
    let mut scores: Vec<Vec<f32>> = Vec::with_capacity(images.len());
    let all: Vec<View> = (0..images.len()).map(|image| View { image, left: 0, top: 0, mirrored: false }).collect();
    for views in all.chunks(BATCH) {
        let (pixels, _) = images.batch(views, images.width, images.height)?;
        let batch: Tensor = match phase {
            Phase::Classification => float.classify(&pixels)?,
            Phase::Baseline | Phase::Stage(_) => float.forward(&pixels)?.scores,
        };
        scores.extend(batch.to_vec2()?);
    }
    let labels: Vec<Vec<bool>> =
        (0..images.len()).map(|image| images.target(image).iter().map(|&target| target > 0.5).collect()).collect();
    let objective = Objective::of(float.network().spec().head.activation);
    if objective == Objective::OneLabel && float.network().classes() == 2 {
        let positive: Vec<f32> = scores.iter().map(|scores| scores[1] - scores[0]).collect();
        let labels: Vec<bool> = labels.iter().map(|labels| labels[1]).collect();
        return Ok(roc_auc(&positive, &labels));
    }
    // The background is in every image: its precision says nothing.
    let first = usize::from(objective == Objective::ManyLabels);
    let scores: Vec<&[f32]> = scores.iter().map(|scores| &scores[first..]).collect();
    let labels: Vec<&[bool]> = labels.iter().map(|labels| &labels[first..]).collect();
    Ok(mean_average_precision(&scores, &labels))
}
