//! What can go wrong with a float network.

use std::path::PathBuf;

use crate::files::FileError;

/// A float network that could not be made, read, written or run.
#[derive(Debug, thiserror::Error)]
pub enum FloatError {
    /// A tensor that the network description asks for is not there.
    #[error("tensor {name}: missing, expected shape {expected:?}")]
    MissingTensor {
        /// Its layer path.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the network description asks for.
    #[error("tensor {name}: found shape {found:?}, expected {expected:?}")]
    WrongShape {
        /// Its layer path.
        name: String,
        /// The shape it has.
        found: Vec<usize>,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// A tensor is not stored as 32-bit floats.
    #[error("tensor {name}: found type {found}, expected F32")]
    WrongType {
        /// Its layer path.
        name: String,
        /// The type it has.
        found: String,
    },
    /// A tensor that the network description does not know.
    #[error("tensor {name}: found one with shape {found:?}, expected none of that name")]
    UnknownTensor {
        /// Its name.
        name: String,
        /// The shape it has.
        found: Vec<usize>,
    },
    /// Not as many input statistics as channels.
    #[error("input statistics: found {found} channels, expected {expected}")]
    WrongChannels {
        /// How many were given.
        found: usize,
        /// How many the network takes.
        expected: usize,
    },
    /// A file that is no safetensors file, or a damaged one.
    #[error("{}: found no readable safetensors file: {cause}", path.display())]
    NotSafetensors {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        cause: safetensors::SafeTensorError,
    },
    /// A file that is no PyTorch state dictionary, or a damaged one.
    #[error("{}: found no readable PyTorch file of tensors by name: {cause}", path.display())]
    NotPyTorch {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        cause: Box<candle_core::Error>,
    },
    /// A file does not hold the convolutions of a network.
    #[error("{}: found{}, expected the convolutions{}", path.display(), listed(found), listed(expected))]
    OtherConvolutions {
        /// The file.
        path: PathBuf,
        /// Names and shapes of its convolutions' weights, in their order; of all its tensors where none is a convolution's.
        found: Vec<(String, Vec<usize>)>,
        /// Those of the network.
        expected: Vec<(String, Vec<usize>)>,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A tensor operation failed, most likely on an image batch of a wrong shape.
    #[error("float network: {0}")]
    Compute(#[from] candle_core::Error),
}

/// Each tensor with its shape; none said as such.
fn listed(tensors: &[(String, Vec<usize>)]) -> String {
    if tensors.is_empty() {
        return " none".into();
    }
    tensors.iter().map(|(name, shape)| format!(" {name} {shape:?}")).collect::<Vec<_>>().join(",")
}
