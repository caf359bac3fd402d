//! A whole slot as bytes, for hosts that flash it.

use core::fmt;

use alloc::vec::Vec;

use switchback::model::layout::CRC32;
use zerocopy::IntoBytes;

use super::header::{Commit, Entry, HEADER_BYTES, Header, MAX_PLAN_BYTES, Record, StoredPlan};

/// Why there is no such slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// No bytes, or more than a slot can count.
    Model {
        /// Bytes of the model.
        found: usize,
    },
    /// A plan longer than [`MAX_PLAN_BYTES`].
    Plan {
        /// Bytes of the plan.
        found: usize,
    },
}

/// The bytes of a valid slot, to be written at its start; behind them the flash may hold anything.
///
/// # Errors
/// [`ImageError`] where model or plan have a length that no slot has.
pub fn image(model: &[u8], plan: &[u8], sequence: u32) -> Result<Vec<u8>, ImageError> {
    let found = model.len();
    let model_bytes = u32::try_from(found).ok().filter(|&bytes| bytes > 0).ok_or(ImageError::Model { found })?;
    let plan = StoredPlan::from_slice(plan).map_err(|_| ImageError::Plan { found: plan.len() })?;
    let entry = Entry { sequence, model_bytes, model_crc32: CRC32.checksum(model), plan };
    let header = Header { commit: Commit::VALID, record: Record::new(&entry) };
    let mut bytes = Vec::with_capacity(HEADER_BYTES + found);
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(model);
    Ok(bytes)
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model { found } => write!(f, "model: found {found} bytes, expected 1 to {}", u32::MAX),
            Self::Plan { found } => write!(f, "plan: found {found} bytes, expected at most {MAX_PLAN_BYTES}"),
        }
    }
}

impl core::error::Error for ImageError {}
