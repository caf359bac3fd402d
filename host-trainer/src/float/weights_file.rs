//! Named f32 tensors and notes in a safetensors file.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use candle_core::{Device, Tensor};
use safetensors::{Dtype, SafeTensors};

use super::error::FloatError;
use crate::files::{FileError, write_atomically};

/// What a safetensors file holds.
pub struct StoredTensors {
    /// Tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
    /// The notes of its header.
    pub notes: HashMap<String, String>,
}

/// Writes tensors and notes, whole or not at all.
///
/// # Errors
/// [`FloatError::File`] when the file cannot be written.
pub fn write_tensors<'a>(
    path: &Path,
    tensors: impl Iterator<Item = (String, &'a Tensor)>,
    notes: Option<HashMap<String, String>>,
) -> Result<(), FloatError> {
    let not_written = |cause| FloatError::NotSafetensors { path: path.to_path_buf(), cause };
    let bytes = safetensors::serialize(tensors, notes).map_err(not_written)?;
    Ok(write_atomically(path, |file| file.write_all(&bytes))?)
}

/// Reads all tensors and notes of a file.
///
/// # Errors
/// [`FloatError`] names the file that cannot be read, or the tensor that is not f32.
pub fn read_tensors(path: &Path) -> Result<StoredTensors, FloatError> {
    let unreadable = |cause| FloatError::NotSafetensors { path: path.to_path_buf(), cause };
    let bytes = std::fs::read(path).map_err(FileError::of("read", path))?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(unreadable)?;
    let stored = SafeTensors::deserialize(&bytes).map_err(unreadable)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in stored.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(FloatError::WrongType { name: name.into(), found: view.dtype().to_string() });
        }
        let (floats, _) = view.data().as_chunks::<4>();
        let values: Vec<f32> = floats.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        tensors.insert(name.into(), Tensor::from_vec(values, view.shape(), &Device::Cpu)?);
    }
    Ok(StoredTensors { tensors, notes: header.metadata().clone().unwrap_or_default() })
}
