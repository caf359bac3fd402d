//! What a network is judged by: one metric a file, and the structures of `metrics.json`.
//!
//! Everything here is independent of the network and of the engine that ran it: it takes scores, class maps and masks.
//! Class maps are in *levels*, 0 to 255 of the calibrated scale, whichever engine made them: the integers of the int8
//! model, the float model's values divided by the same scale. They are upsampled bilinearly to the mask's size and
//! judged there.
//!
//! | question | file |
//! |---|---|
//! | does the score tell the classes apart? | `auc`, `roc_curve`, `average_precision`, `alarm` |
//! | does the mask cover the lesion (paper, section 4.3)? | `iou`, `confusion` |
//! | does the strongest evidence lie in the lesion? | `pointing` |
//! | at which level does evidence become mask? | `threshold`, `level_histogram` |
//! | what would other thresholds reach? | `curves` |
//! | what is reached without the method? | `constant_mask`, `controls`, `multi_label` |
//! | can the labels be told without the lesion? | `erasure` |
//! | all of it, for one stage and one engine | `binary`, `multi_label` |
//! | what is written and printed | `summary`, `table` |

mod alarm;
mod auc;
mod average_precision;
mod binary;
mod by_size;
mod confusion;
mod constant_mask;
mod controls;
mod curves;
mod erasure;
mod error;
mod iou;
mod level_histogram;
mod localization;
mod multi_label;
mod pointing;
mod roc_curve;
mod summary;
mod table;
pub mod threshold;
pub mod upsample;
mod views;

pub use alarm::AlarmResult;
pub use auc::roc_auc;
pub use average_precision::{average_precision, mean_average_precision};
pub use binary::{BinaryImage, evaluate_binary};
pub use by_size::thirds;
pub use confusion::Confusion;
pub use constant_mask::ConstantMask;
pub use controls::{ControlResult, Controls, MaskControl};
pub use curves::{Curves, binary_curves};
pub use erasure::{Erasure, SHORT_CUT_AUC};
pub use error::MetricsError;
pub use iou::{Overlap, mean_per_image, pooled};
pub use multi_label::{MultiLabelImage, background_everywhere, evaluate_multi_label};
pub use pointing::{maximum, points_into};
pub use roc_curve::roc_curve;
pub use summary::{
    BySize, ClassIou, Engine, FORMAT, Metrics, Parity, SizeResult, StageId, StageResult, ThresholdResult,
};
pub use table::{aligned, table};
pub use views::{EvidenceMap, IGNORE, LESION, LabelMap};
