//! Model files from disk, at the alignment that parsing wants.

use std::path::{Path, PathBuf};

use switchback::model::{AlignedBytes, Model, ModelError};

use crate::files::FileError;

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a model that this program runs.
    #[error("{}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: ModelError,
    },
}

/// The bytes of a model file.
#[derive(Clone, Debug)]
pub struct ModelFile {
    path: PathBuf,
    bytes: AlignedBytes,
}

impl ModelFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ModelFileError::File`] when it cannot be read.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        let bytes = std::fs::read(path).map_err(FileError::of("read", path))?;
        Ok(Self { path: path.to_path_buf(), bytes: AlignedBytes::from(&bytes[..]) })
    }

    /// The checked model.
    ///
    /// # Errors
    /// [`ModelFileError::Model`] names the file and the first thing that is wrong.
    pub fn model(&self) -> Result<Model<'_>, ModelFileError> {
        let named = |source| ModelFileError::Model { path: self.path.clone(), source };
        Model::parse(self.bytes.as_slice()).map_err(named)
    }
}
