//! What can stop a training.

use std::path::PathBuf;

use switchback::model::SpecError;

use super::divergence::Divergence;
use super::phase::Phase;
use super::recipe::RecipeError;
use crate::data::DataError;
use crate::files::FileError;
use crate::float::FloatError;

/// A training that could not start, go on or be written.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The network description cannot be used.
    #[error("network description: {0}")]
    Spec(#[from] SpecError),
    /// The recipe cannot be used.
    #[error("recipe: {0}")]
    Recipe(#[from] RecipeError),
    /// The network has another number of classes than the data set.
    #[error("classes: found {found} in the network description, expected {expected} as in the data set")]
    WrongClasses {
        /// Of the network.
        found: usize,
        /// Of the data set.
        expected: usize,
    },
    /// ReLU maps take exactly one label an image; the data set has images with several or none.
    #[error("head: found ReLU class maps for a multi-label data set, expected softmax class maps")]
    HeadForOneLabel,
    /// A split has no images.
    #[error("{split} split: found no images, expected at least one")]
    NoImages {
        /// Its name.
        split: &'static str,
    },
    /// An image could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The phase went astray, also with smaller learning rates.
    #[error("{phase}: {cause}; tries: {tries}, the last with learning rate {learning_rate}")]
    Diverged {
        /// The phase.
        phase: Phase,
        /// Times that the phase was tried.
        tries: u32,
        /// Of the last try's first epoch, after the warm-up.
        learning_rate: f32,
        /// What went astray in the last try.
        cause: Divergence,
    },
    /// The checkpoint belongs to another run.
    #[error("{}: found {what} {found}, expected {expected}", path.display())]
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// What differs.
        what: String,
        /// The checkpoint's.
        found: String,
        /// This run's.
        expected: String,
    },
    /// The checkpoint's notes cannot be read.
    #[error("{}: found no readable {what}, expected one in a checkpoint's header", path.display())]
    BadCheckpoint {
        /// The checkpoint.
        path: PathBuf,
        /// The note that is missing or damaged.
        what: &'static str,
    },
    /// Weights could not be made, read, written or run.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<candle_core::Error> for TrainError {
    fn from(error: candle_core::Error) -> Self {
        Self::Float(error.into())
    }
}

impl TrainError {
    /// The next step for whoever sees this error, where there is one.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Diverged { .. } => Some("lower the phase's learning_rate, or set clip in the recipe".into()),
            Self::OtherRun { .. } | Self::BadCheckpoint { .. } => Some(
                "repeat the run's own options, or train without --resume, or into another folder with --out".into(),
            ),
            Self::Data(error) => error.help(),
            _ => None,
        }
    }
}
