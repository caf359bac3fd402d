//! Experiments: trainings over several seeds, and looks into a trained run. What the paper shows, on any data.
//!
//! | what | file |
//! |---|---|
//! | the networks that are compared and how each is trained | `arm` |
//! | one arm with one seed: trained, judged, remembered | `trial` |
//! | figures with mean and range over seeds | `measure`, `spread`, `cells` |
//! | what was found, as files | `findings`, `facts` |
//! | tables of trainings | `table3`, `table4`, `ablation`, `scale`, `controls` |
//! | a trained run, and a convolution beside its deconvolution | `run_source`, `pair` |
//! | figures of a run | `fig2`, `fig3`, `fig4`, `fig5`, `stage_pictures` |
//! | data sets that do not do | `unsuitable` |

mod ablation;
mod arm;
mod cells;
mod controls;
mod facts;
mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod findings;
mod measure;
mod pair;
mod run_source;
mod scale;
mod spread;
mod stage_pictures;
mod table3;
mod table4;
#[cfg(test)]
mod tests;
mod trial;
mod unsuitable;

pub use ablation::ablation;
pub use arm::Arm;
pub use cells::{Cell, Subject};
pub use controls::controls;
pub use fig2::{ACTIVATIONS, fig2};
pub use fig3::fig3;
pub use fig4::fig4;
pub use fig5::fig5;
pub use findings::Findings;
pub use measure::{Measure, Part};
pub use run_source::RunSource;
pub use scale::scale;
pub use spread::Spread;
pub use table3::table3;
pub use table4::table4;
pub use trial::{ExperimentError, Setting, Trial, run_trial};
pub use unsuitable::{Unsuitable, check_classes, check_masks};
