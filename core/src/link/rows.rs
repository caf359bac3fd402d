//! Parts of rows -> whole rows, in order.

use super::message::{MAX_PART, Reply};
use super::refusal::Refusal;
use crate::model::MapShape;
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
    rows: u16,
}

impl RowAssembly {
    /// Waits for row 0 of an image of `shape`.
    pub(super) fn new(shape: MapShape) -> Self {
        // The description of a network allows no wider rows, and no more of them.
        let row_bytes = shape.row_elements().min(MAX_ROW);
        Self { bytes: [0; MAX_ROW], filled: 0, row_bytes, row: 0, rows: shape.height as u16 }
    }

    /// Takes the next part of the current row; gives the row when it is complete. A part that was taken before changes nothing.
    pub(super) fn add(&mut self, row: u16, offset: u16, part: &[u8]) -> Result<Option<&[u8]>, Refusal> {
        let start = usize::from(offset);
        let end = start + part.len();
        if row < self.row && end <= self.row_bytes || row == self.row && end <= self.filled && !part.is_empty() {
            return Ok(None);
        }
        if row >= self.rows {
            return Err(Refusal::TooManyRows { expected: self.rows });
        }
        if row != self.row {
            return Err(Refusal::WrongRow { found: row, expected: self.row });
        }
        if start != self.filled {
            return Err(Refusal::WrongOffset { found: offset, expected: self.filled as u16 });
        }
        let most = (self.row_bytes - self.filled).min(MAX_PART);
        let wrong_length = Refusal::WrongLength { found: part.len() as u16, most: most as u16 };
        if part.is_empty() || part.len() > most {
            return Err(wrong_length);
        }
        self.bytes.get_mut(start..end).ok_or(wrong_length)?.copy_from_slice(part);
        self.filled = end;
        if end < self.row_bytes {
            return Ok(None);
        }
        self.filled = 0;
        self.row += 1;
        Ok(self.bytes.get(..self.row_bytes))
    }

    /// The part that is expected: of as many rows as are complete, and so far into the next one.
    pub(super) fn ready<'r>(&self, image: u16) -> Reply<'r> {
        Reply::Ready { image, row: self.row, offset: self.filled as u16 }
    }
}
