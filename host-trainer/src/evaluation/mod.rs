//! Networks judged on a split: images and masks loaded once, every engine run over them, figures worked out by
//! [`crate::metrics`].
//!
//! Maps are judged at the network's input size; a mask of another size is brought to it by its nearest pixels.

mod density;
mod erasure;
mod float_stage;
mod judge;
mod operating_point;
mod parity;
mod predict;
mod ranking;
mod set;

pub use density::{Density, densities};
pub use erasure::{ErasureError, erasure};
pub use float_stage::{JudgeError, judge_float};
pub use judge::{constant_controls, curves, image_iou, judge};
pub use operating_point::{OperatingPoint, OperatingRule, ThresholdChoice};
pub use parity::{ParityOutcome, compare_with_host_model};
pub use predict::{PredictError, core_predictions, float_predictions, host_predictions};
pub use ranking::{evenly_spaced, ranked_positives};
pub use set::EvaluationSet;
