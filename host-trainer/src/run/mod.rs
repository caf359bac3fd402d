//! A run: its folder, and what is done with a trained network until the folder is complete.
//!
//! | what | file |
//! |---|---|
//! | paths and `run.json` | `folder` |
//! | every stage quantized, judged and written; the report | `finish` |
//! | the page's pictures and facts | `report_page` |
//! | the networks of its stages | `stages` |
//! | `data.json`, `plan.json` | `data_file`, `plan_file` |
//! | what would fit a board where a network does not | `proposal` |
//! | model files from disk | `model_file` |

mod data_file;
mod error;
mod finish;
#[cfg(test)]
mod finish_tests;
mod folder;
mod model_file;
mod plan_file;
#[cfg(test)]
mod pretrained_tests;
mod proposal;
mod report_page;
mod stages;

pub use data_file::DataFile;
pub use error::RunError;
pub use finish::{FinishOptions, Finished, finish};
pub(crate) use finish::{bar, calibrate, calibration_images, data_name, identity, quantize_stage};
pub use folder::{RunFolder, RunInfo};
pub(crate) use folder::{read_toml, write_json};
pub use model_file::{ModelFile, ModelFileError};
pub use plan_file::{PlanFile, PlanLayer, PlanPart, SmallerPlan};
pub use proposal::{HEADER_BYTES, proposals};
