//! What a network is judged by: one metric a file, and the structures of `metrics.json`.
//!
//! Everything here is independent of the network and of the engine that ran it: it takes scores, class maps and masks.
//! Class maps are in *levels*, 0 to 255 of the calibrated scale, whichever engine made them: the integers of the int8
//! model, the float model's values divided by the same scale. They are upsampled bilinearly to the mask's size and
//! judged there.
//!
//! | question | file |
//! |---|---|
//! | does the score tell the classes apart? | `auc`, `average_precision` |
//! | does the mask cover the lesion (paper, section 4.3)? | `iou`, `confusion` |
//! | does the strongest evidence lie in the lesion? | `pointing` |
//! | at which level does evidence become mask? | `threshold` |
//! | what would a mask reach that ignores the image? | `constant_mask`, `multi_label` |
//! | all of it, for one stage and one engine | `binary`, `multi_label` |
//! | what is written and printed | `summary`, `table` |

mod auc;
mod average_precision;
mod binary;
mod by_size;
mod confusion;
mod constant_mask;
mod error;
mod iou;
mod localization;
mod multi_label;
mod pointing;
mod summary;
mod table;
pub mod threshold;
pub mod upsample;
mod views;

pub use auc::roc_auc;
pub use average_precision::{average_precision, mean_average_precision};
pub use binary::{BinaryImage, evaluate_binary};
pub use by_size::thirds;
pub use confusion::Confusion;
pub use constant_mask::ConstantMask;
pub use error::MetricsError;
pub use iou::{Overlap, mean_per_image, pooled};
pub use multi_label::{MultiLabelImage, background_everywhere, evaluate_multi_label};
pub use pointing::{maximum, points_into};
pub use summary::{
    BySize, ClassIou, Controls, Engine, FORMAT, MaskControl, MaskThresholdResult, Metrics, Parity, SizeResult, StageId,
    StageResult,
};
pub use table::table;
pub use views::{EvidenceMap, IGNORE, LESION, LabelMap};
