//! Kernels as blocks of at most 3x3 taps, and where the frequencies of their transforms stand.
//!
//! The blocks of a larger kernel are no more than further channels of the same transform. A block of two taps along a side has
//! no frequency 5 there.

use super::products::Run;

/// A block of taps. Its frequencies stand among the places of a pair of channels, which hold those of all blocks of the kernel.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Row and column of the first tap in the kernel.
    pub first_tap: (usize, usize),
    /// Rows and columns of taps, 2 or 3 each.
    pub taps: (usize, usize),
    /// Places of a pair of channels.
    pub places: usize,
    /// Place of frequency (0, 0); those of rows and columns 0 to 4 follow row by row.
    inner: usize,
    /// Place of frequency (5, 0); then the others of row 5, column 5 apart.
    row_5: usize,
    /// Place of frequency (0, 5); then the others of column 5, row 5 apart.
    column_5: usize,
    /// Place of frequency (5, 5).
    corner: usize,
}

/// Places of a pair of channels of a 3x3 kernel.
pub const PLACES: usize = 36;
/// Places of a pair of channels of a kernel in four blocks: four times [`STRIDE`], so that in every run of frequencies the
/// blocks follow each other at one distance.
pub const CUT_PLACES: usize = 4 * STRIDE;
/// That distance; twice as much in runs that only half of the blocks have.
pub const STRIDE: usize = 31;
/// The only place of [`CUT_PLACES`] that a run meets and no transform writes: it stands where the corner would be in a block
/// that has row 5 but not column 5. Weights are 0 there.
pub const BLANK: usize = 3 * STRIDE - 1;

/// A 3x3 kernel, then the four blocks of a 5x5 kernel.
pub const BLOCKS: [Block; 5] = [
    Block { first_tap: (0, 0), taps: (3, 3), places: PLACES, inner: 0, row_5: 25, column_5: 31, corner: 30 },
    Block {
        first_tap: (0, 0),
        taps: (3, 3),
        places: CUT_PLACES,
        inner: 0,
        row_5: 25,
        column_5: STRIDE + 25,
        corner: 30,
    },
    Block {
        first_tap: (0, 3),
        taps: (3, 2),
        places: CUT_PLACES,
        inner: 2 * STRIDE,
        row_5: 2 * STRIDE + 25,
        column_5: 0,
        corner: 0,
    },
    Block {
        first_tap: (3, 0),
        taps: (2, 3),
        places: CUT_PLACES,
        inner: 3 * STRIDE,
        row_5: 0,
        column_5: 3 * STRIDE + 25,
        corner: 0,
    },
    Block { first_tap: (3, 3), taps: (2, 2), places: CUT_PLACES, inner: STRIDE, row_5: 0, column_5: 0, corner: 0 },
];

const RUNS: [Run; 1] = [Run { first: 0, count: 36, start: 0, stride: PLACES }];
const CUT_RUNS: [Run; 3] = [
    Run { first: 0, count: 25, start: 0, stride: STRIDE },
    Run { first: 25, count: 6, start: 25, stride: 2 * STRIDE },
    Run { first: 31, count: 5, start: STRIDE + 25, stride: 2 * STRIDE },
];

/// The runs of a kernel of 3 or 5 taps a side, which give all frequencies.
pub const fn runs(kernel: usize) -> &'static [Run] {
    if kernel <= 3 { &RUNS } else { &CUT_RUNS }
}

/// Places of a pair of channels of a kernel of 3 or 5 taps a side.
pub const fn places(kernel: usize) -> usize {
    if kernel <= 3 { PLACES } else { CUT_PLACES }
}

impl Block {
    /// Where frequency `(r, c)` stands; none where the block has no such frequency.
    #[inline(always)]
    pub const fn place(&self, r: usize, c: usize) -> Option<usize> {
        if r >= self.taps.0 + 3 || c >= self.taps.1 + 3 {
            return None;
        }
        Some(match (r, c) {
            (5, 5) => self.corner,
            (5, c) => self.row_5 + c,
            (r, 5) => self.column_5 + r,
            (r, c) => self.inner + 5 * r + c,
        })
    }
}
