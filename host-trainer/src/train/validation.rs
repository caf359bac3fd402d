//! How well a network tells the labels of the validation split: masks play no part.

use candle_core::{Device, Tensor};

use super::augment::View;
use super::error::TrainError;
use super::images::Images;
use super::loss::Objective;
use super::phase::Phase;
use crate::float::FloatNetwork;
use crate::metrics::{mean_average_precision, roc_auc};

/// Images a pass.
const BATCH: usize = 16;

/// A spread of outputs below this is none.
const CONSTANT: f32 = 1e-6;

/// What the validation split says about a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Validation {
    /// The figure that epochs are compared by; `None` where it is not defined: a class is missing from the split.
    pub figure: Option<f64>,
    /// Whether the network is dead: every class map is the same value all over, or every image has the same logits.
    pub constant: bool,
}

/// The name of the validation figure: area under the ROC curve of a binary problem, else mean average precision over the
/// objects (background left out).
pub(super) fn figure_name(objective: Objective) -> &'static str {
    match objective {
        Objective::OneLabel => "AUC",
        Objective::ManyLabels => "mAP",
    }
}

/// Judges a network on the validation split by its labels.
pub(super) fn validate(phase: Phase, float: &FloatNetwork, images: &Images) -> Result<Validation, TrainError> {
    let mut scores: Vec<Vec<f32>> = Vec::with_capacity(images.len());
    let mut flat_maps = true;
    let all: Vec<View> = (0..images.len()).map(View::plain).collect();
    for views in all.chunks(BATCH) {
        let (pixels, _) = images.batch(views, images.width, images.height)?;
        let batch: Tensor = match phase {
            Phase::Classification => float.classify(&pixels)?,
            Phase::Baseline | Phase::Stage(_) => {
                let output = float.forward(&pixels)?;
                flat_maps &= is_constant(&output.maps.flatten_from(2)?, 2)?;
                output.scores
            }
        };
        scores.extend(batch.to_vec2()?);
    }
    let constant = match phase {
        Phase::Classification => is_constant(&Tensor::new(scores.clone(), &Device::Cpu)?, 0)?,
        Phase::Baseline | Phase::Stage(_) => flat_maps,
    };
    Ok(Validation { figure: figure(float, &scores, images), constant })
}

/// Whether values differ nowhere along `dim`.
fn is_constant(values: &Tensor, dim: usize) -> Result<bool, TrainError> {
    let spread = (values.max(dim)? - values.min(dim)?)?.max_all()?.to_scalar::<f32>()?;
    Ok(spread <= CONSTANT)
}

fn figure(float: &FloatNetwork, scores: &[Vec<f32>], images: &Images) -> Option<f64> {
    let labels: Vec<Vec<bool>> =
        (0..images.len()).map(|image| images.target(image).iter().map(|&target| target > 0.5).collect()).collect();
    let objective = Objective::of(float.network().spec().head.activation);
    if objective == Objective::OneLabel && float.network().classes() == 2 {
        let positive: Vec<f32> = scores.iter().map(|scores| scores[1] - scores[0]).collect();
        let labels: Vec<bool> = labels.iter().map(|labels| labels[1]).collect();
        return roc_auc(&positive, &labels);
    }
    // The background is in every image: its precision says nothing.
    let first = usize::from(objective == Objective::ManyLabels);
    let scores: Vec<&[f32]> = scores.iter().map(|scores| &scores[first..]).collect();
    let labels: Vec<&[bool]> = labels.iter().map(|labels| &labels[first..]).collect();
    mean_average_precision(&scores, &labels)
}
