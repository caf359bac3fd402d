//! Arrays as `.npy` files.

use std::path::Path;

use npyz::{AutoSerialize, WriterBuilder};

use crate::files::{FileError, write_atomically};

/// Writes `values`, in C order, as an array of this shape.
///
/// # Errors
/// [`FileError`] when it cannot be written, or the shape has another number of elements.
pub fn write<T: AutoSerialize + Copy>(path: &Path, shape: &[usize], values: &[T]) -> Result<(), FileError> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    write_atomically(path, |file| {
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(file).begin_nd()?;
        writer.extend(values.iter().copied())?;
        writer.finish()
    })
}
