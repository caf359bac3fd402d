//! Parts of rows -> whole rows, in order.

use super::message::{MAX_PART, Refusal};
use crate::model::spec::MAX_SIDE;

/// Bytes of the widest row: three channels.
const MAX_ROW: usize = MAX_SIDE as usize * 3;

/// Collects the parts of one row at a time.
#[derive(Debug)]
pub(super) struct RowAssembly {
    bytes: [u8; MAX_ROW],
    filled: usize,
    row_bytes: usize,
    row: u16,
}

impl RowAssembly {
    /// Waits for row 0 of an image with `row_bytes` bytes a row.
    pub(super) fn new(row_bytes: usize) -> Self {
        // The description of a network allows no wider rows.
        Self { bytes: [0; MAX_ROW], filled: 0, row_bytes: row_bytes.min(MAX_ROW), row: 0 }
    }

    /// Takes the next part of the current row; gives the row when it is complete.
    pub(super) fn add(&mut self, row: u16, offset: u16, part: &[u8]) -> Result<Option<&[u8]>, Refusal> {
        if row != self.row {
            return Err(Refusal::WrongRow { found: row, expected: self.row });
        }
        if usize::from(offset) != self.filled {
            return Err(Refusal::WrongOffset { found: offset, expected: self.filled as u16 });
        }
        let most = (self.row_bytes - self.filled).min(MAX_PART);
        let wrong_length = Refusal::WrongLength { found: part.len() as u16, most: most as u16 };
        if part.is_empty() || part.len() > most {
            return Err(wrong_length);
        }
        let end = self.filled + part.len();
        self.bytes.get_mut(self.filled..end).ok_or(wrong_length)?.copy_from_slice(part);
        self.filled = end;
        if end < self.row_bytes {
            return Ok(None);
        }
        self.filled = 0;
        self.row += 1;
        Ok(self.bytes.get(..self.row_bytes))
    }

    /// The row whose parts are expected: as many rows as are complete.
    pub(super) fn next(&self) -> u16 {
        self.row
    }
}
