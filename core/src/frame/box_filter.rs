//! Averages over areas, exact: each pixel counts by the part of it that lies in the area.
//!
//! ```text
//! W x H pixels p of the crop become w x h pixels, w <= W, h <= H; output x covers the columns from x W / w to (x + 1) W / w:
//! a[x,i]   = max(0, min((x + 1) W, (i + 1) w) - max(x W, i w))    w times the part of column i in output x
//! b[y,j]   = the same of rows, with H and h
//! out[y,x] = floor((sum a[x,i] b[y,j] p[j,i] + floor(W H / 2)) / (W H))
//! ```
//! The weights of an output add up to `W H`, so that a constant stays what it is, and at equal sizes every pixel does. A row
//! reaches two rows of output at most, and ends one at most: one row of sums is enough.

use super::{Crop, FrameError, Sum};
use crate::model::MapShape;
use crate::stream::RowError;

/// Crops frames and averages them down, a row at a time; see the [module](super).
#[derive(Debug)]
pub struct BoxFilter<'a, S> {
    frame: MapShape,
    crop: Crop,
    input: MapShape,
    sums: &'a mut [S],
    row: &'a mut [u8],
    /// Rows of the frame so far.
    rows: usize,
    /// What the row of output that is being summed still lacks, in `h`-th parts of a row of the crop.
    lacks: usize,
}

impl<'a, S: Sum> BoxFilter<'a, S> {
    /// A filter for frames of one shape. `sums` and `row` hold a row of the input each, all channels; their contents do not
    /// matter.
    ///
    /// # Errors
    /// [`FrameError`] where the crop leaves the frame, is smaller than the input in a direction or too large for the sums,
    /// where channels differ, or where a buffer is too short.
    pub fn new(
        frame: MapShape,
        crop: Crop,
        input: MapShape,
        sums: &'a mut [S],
        row: &'a mut [u8],
    ) -> Result<Self, FrameError> {
        let Crop { x, y, width, height } = crop;
        let inside = |start: usize, length, end| start.checked_add(length).is_some_and(|last| last <= end);
        if !inside(x, width, frame.width) || !inside(y, height, frame.height) {
            return Err(FrameError::Outside { found: crop, width: frame.width, height: frame.height });
        }
        let found = (width, height);
        if width < input.width || height < input.height {
            return Err(FrameError::TooSmall { found, expected: (input.width, input.height) });
        }
        // Every product below is at most the crop's pixels.
        let most = (S::MOST / 256).min(u32::MAX.into());
        if (width as u64).checked_mul(height as u64).is_none_or(|pixels| pixels > most) {
            return Err(FrameError::TooLarge { found, most });
        }
        if frame.channels != input.channels {
            return Err(FrameError::Channels { found: frame.channels, expected: input.channels });
        }
        let expected = input.row_elements();
        let too_short = |what, found| FrameError::Buffer { what, found, expected };
        let (found_sums, found_row) = (sums.len(), row.len());
        let sums = sums.get_mut(..expected).ok_or(too_short("sums", found_sums))?;
        let row = row.get_mut(..expected).ok_or(too_short("row", found_row))?;
        let mut filter = Self { frame, crop, input, sums, row, rows: 0, lacks: 0 };
        filter.restart();
        Ok(filter)
    }

    /// Rows of the frame so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Forgets the rows so far: the next one is the first of a frame.
    pub fn restart(&mut self) {
        self.rows = 0;
        self.begin_row();
    }

    /// The next row of the frame, top first, `width * channels` values; where it completes a row of the input, that row.
    /// After the last row of the frame: [`Self::restart`].
    ///
    /// # Errors
    /// [`RowError`] for a row of another length or one too many; the rows before it are kept.
    pub fn push_row(&mut self, row: &[u8]) -> Result<Option<&[u8]>, RowError> {
        if self.rows == self.frame.height {
            return Err(RowError::TooMany { expected: self.frame.height });
        }
        let (found, expected) = (row.len(), self.frame.row_elements());
        if found != expected {
            return Err(RowError::Length { found, expected });
        }
        let y = self.rows;
        self.rows += 1;
        if y < self.crop.y || y - self.crop.y >= self.crop.height {
            return Ok(None);
        }
        let parts = self.input.height;
        let first = parts.min(self.lacks);
        self.add(row, first);
        if self.lacks > 0 {
            return Ok(None);
        }
        self.complete_row();
        self.begin_row();
        self.add(row, parts - first);
        Ok(Some(self.row))
    }

    /// Adds `parts` `h`-th parts of a row of the frame to the sums.
    fn add(&mut self, row: &[u8], parts: usize) {
        self.lacks -= parts;
        if parts == 0 {
            return;
        }
        let channels = self.input.channels.max(1);
        let mut pixels = row.chunks_exact(channels).skip(self.crop.x);
        let mut pixel: &[u8] = &[];
        // Parts of `pixel` that are not in a sum yet, and what a sum lacks, in `w`-th parts of a pixel.
        let mut left = 0;
        for sums in self.sums.chunks_exact_mut(channels) {
            let mut lacks = self.crop.width;
            while lacks > 0 {
                if left == 0 {
                    let Some(next) = pixels.next() else { return };
                    (pixel, left) = (next, self.input.width);
                }
                let taken = lacks.min(left);
                let weight = (parts * taken) as u32;
                for (sum, &value) in sums.iter_mut().zip(pixel) {
                    *sum = sum.plus(weight, value);
                }
                lacks -= taken;
                left -= taken;
            }
        }
    }

    fn complete_row(&mut self) {
        let weights = self.crop.width as u64 * self.crop.height as u64;
        for (out, sum) in self.row.iter_mut().zip(&*self.sums) {
            *out = sum.average(weights);
        }
    }

    fn begin_row(&mut self) {
        self.lacks = self.crop.height;
        self.sums.fill(S::ZERO);
    }
}
