//! What can go wrong with a run.

use std::path::PathBuf;

use super::ModelFileError;
use crate::data::DataError;
use crate::engine::host::ParityError;
use crate::evaluation::{JudgeError, PredictError};
use crate::files::FileError;
use crate::float::FloatError;
use crate::metrics::MetricsError;
use crate::pictures::PictureError;
use crate::quantize::QuantizeError;
use crate::report::ReportError;

/// A run that could not be finished, read or judged.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The folder is not a run.
    #[error("run folder {}: found no {missing}, expected what train-and-quantize writes", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The file it lacks.
        missing: &'static str,
    },
    /// The run lacks the network of a stage.
    #[error(
        "run folder {}: found no {}, expected the networks of all stages, which train-and-quantize writes",
        path.display(), missing.display()
    )]
    NoStage {
        /// The folder.
        path: PathBuf,
        /// The file it lacks, within the folder.
        missing: PathBuf,
    },
    /// A file of the run does not say what it should.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        reason: String,
    },
    /// The data set has no image to work with.
    #[error("data set: found no image in the {split} split, expected at least one")]
    EmptySplit {
        /// The split.
        split: &'static str,
    },
    /// Core and host model differ: a bug, or a damaged build. The model is not written.
    #[error(
        "parity: found {mismatches} of {compared} values different, first at {tap} of image {image}; expected none"
    )]
    Parity {
        /// Values that differ.
        mismatches: u64,
        /// Values compared.
        compared: u64,
        /// The first tap that differs.
        tap: String,
        /// Name of the image.
        image: String,
    },
    /// A data set.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The float network.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// Quantization.
    #[error(transparent)]
    Quantize(#[from] QuantizeError),
    /// A model file.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// An engine.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// A float network's figures.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// The comparison of core and host model.
    #[error(transparent)]
    Compare(#[from] ParityError),
    /// A metric.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The report.
    #[error(transparent)]
    Report(#[from] ReportError),
}
