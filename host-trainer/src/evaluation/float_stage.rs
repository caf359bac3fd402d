//! A float network judged at the operating point that it chooses itself.

use indicatif::ProgressBar;

use super::{EvaluationSet, OperatingRule, PredictError, float_predictions, judge};
use crate::float::FloatNetwork;
use crate::metrics::{Engine, MetricsError, StageId, StageResult};

/// A float network could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// It could not be run.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// Its figures could not be worked out.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

/// Figures of `float`, the network of `stage`, on `test`, at thresholds chosen on `validation`. `map_scale` is S_m, what
/// one level of a class map stands for.
///
/// # Errors
/// [`JudgeError`] when the network does not fit the images, or no threshold can be chosen.
pub fn judge_float(
    float: &FloatNetwork,
    stage: usize,
    map_scale: f64,
    rule: OperatingRule,
    (validation, test): (&EvaluationSet, &EvaluationSet),
    bar: &ProgressBar,
) -> Result<StageResult, JudgeError> {
    let validated = float_predictions(float, map_scale, &validation.images, bar)?;
    let tested = float_predictions(float, map_scale, &test.images, bar)?;
    Ok(judge(StageId { engine: Engine::Float, stage }, rule, None, (validation, &validated), (test, &tested))?)
}
