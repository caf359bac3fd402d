//! Experiments: the product's network beside networks that lack a part of the method, over several seeds.
//!
//! | what | file |
//! |---|---|
//! | the networks that are compared and how each is trained | `arm` |
//! | one arm with one seed: trained, judged, remembered | `trial` |
//! | means and ranges over seeds | `summary` |

mod arm;
mod summary;
mod trial;

pub use arm::Arm;
pub use summary::{Summary, summarize, table};
pub use trial::{ExperimentError, Setting, Trial, run_trial};
