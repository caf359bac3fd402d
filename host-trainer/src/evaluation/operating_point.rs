//! Where evidence becomes mask and score becomes alarm: chosen on the validation split, stored in the model.

use clap::ValueEnum;

use super::EvaluationSet;
use super::set::evidence;
use crate::data::Task;
use crate::engine::Prediction;
use crate::metrics::MetricsError;
use crate::metrics::threshold::{DEFAULT_FALSE_ALARM_RATE, Threshold, from_masks, from_negatives};

/// What the stored mask threshold is chosen from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ThresholdChoice {
    /// Image labels: at most 5 % of the validation split's negatives show a mask anywhere.
    #[default]
    Labels,
    /// The validation split's masks: the best pooled IoU.
    Masks,
}

/// The two thresholds of a binary problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// Level from which a pixel is in the mask.
    pub mask: Threshold,
    /// Margin (score 1 less score 0) from which an image is positive: at most the same rate of negatives reaches it.
    pub margin: f64,
}

impl OperatingPoint {
    /// Chooses both on the validation split; `None` in a multi-label problem, which has neither.
    ///
    /// # Errors
    /// [`MetricsError`] when the split has no negative image, or no mask where masks were asked for.
    pub fn choose(
        choice: ThresholdChoice,
        validation: &EvaluationSet,
        predictions: &[Prediction],
    ) -> Result<Option<Self>, MetricsError> {
        if validation.task == Task::MultiLabel {
            return Ok(None);
        }
        let negatives = || predictions.iter().enumerate().filter(|&(i, _)| !validation.is_positive(i)).map(|(_, p)| p);
        let peaks: Vec<f32> = negatives().map(|p| p.evidence().iter().copied().fold(0.0, f32::max)).collect();
        let by_labels = from_negatives(&peaks, DEFAULT_FALSE_ALARM_RATE)?;
        let mask = match choice {
            ThresholdChoice::Labels => by_labels,
            ThresholdChoice::Masks => by_masks(validation, predictions)?.ok_or(MetricsError::NoMasks)?,
        };
        let mut margins: Vec<f64> = negatives().map(Prediction::margin).collect();
        margins.sort_by(f64::total_cmp);
        let allowed = (DEFAULT_FALSE_ALARM_RATE * margins.len() as f64) as usize;
        // One step of a score above the negative that must stay silent.
        let margin = margins.iter().rev().nth(allowed).map_or(0.0, |margin| margin + 1.0 / 65_536.0);
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
