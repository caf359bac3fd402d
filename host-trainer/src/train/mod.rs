//! Staged training from image labels (section 4.2): a classification network first, then the convolution stack with
//! class maps (the baseline), then one deconvolution stage after the other.
//!
//! Masks are never opened here: images and labels come in, weights go out.
//!
//! | what | file |
//! |---|---|
//! | how long, how fast, how a head starts | `recipe`, `preset`, `schedule` |
//! | the order of phases, what one phase hands to the next | `staged` |
//! | tries, epochs and steps of one phase | `tries`, `phase` |
//! | images in memory or in a file, and batches of them | `images`, `store`, `augment` |
//! | CPU, GPU or several | `devices/` |
//! | what is minimized and how | `loss`, `constraints`, `balance`, `step`, `sgd` |
//! | how well it goes, and when to stop | `validation`, `best`, `log`, `progress` |
//! | what counts as astray | `divergence` |
//! | going on after an interruption | `state`, `checkpoint` |
//!
//! On the CPU equal seeds, data and recipes give equal bits on one machine, whatever the number of threads, and whether or not the
//! run was interrupted.

mod augment;
mod balance;
mod best;
mod checkpoint;
mod constraints;
mod devices;
mod divergence;
mod error;
mod images;
mod log;
mod loss;
mod phase;
mod preset;
mod progress;
mod recipe;
mod schedule;
mod sgd;
mod staged;
mod state;
mod step;
mod store;
mod tries;
mod validation;

#[cfg(test)]
mod tests;

pub use devices::{DeviceChoice, DeviceError, Devices, Replicas};
pub use divergence::Divergence;
pub use error::TrainError;
pub use loss::{Loss, Objective};
pub use phase::Phase;
pub use preset::{HeadChoice, NetworkPreset, Preset, PresetError};
pub use recipe::{InputStatistics, PhaseRecipe, Recipe, RecipeError, TrainedConvolutions};
pub use sgd::Sgd;
pub use staged::{TrainOptions, stage_path, train};
pub use step::{Step, training_step};
pub use store::IMAGE_MEMORY;
