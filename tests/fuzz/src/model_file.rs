//! Bytes -> a model file: the input of the targets `parse` and `model`.
//!
//! A checksum keeps changed bytes out, so the first byte says what is made to fit: bit 0 the checksum, bit 1 the length.

use parity::random_model::seal;
use switchback::model::AlignedBytes;
use switchback::model::layout::{HEADER_START, field};

/// The checksum is made to fit the bytes.
pub const SEALED: u8 = 1;
/// The file's length is written into it.
pub const MEASURED: u8 = 2;

/// The file of an input; `None` for an empty one.
pub fn of_input(input: &[u8]) -> Option<AlignedBytes> {
    let (&fitted, file) = input.split_first()?;
    let mut file = AlignedBytes::from(file);
    let bytes = file.as_mut_slice();
    if bytes.len() >= HEADER_START {
        if fitted & MEASURED != 0 {
            let length = bytes.len() as u32;
            bytes[field::LENGTH].copy_from_slice(&length.to_le_bytes());
        }
        if fitted & SEALED != 0 {
            seal(bytes);
        }
    }
    Some(file)
}
