//! The transforms of F(2x4,3x3) of one block of a kernel, where a back end does them whole; here it leaves them to the caller,
//! who does them lane by lane, and that is their definition.

use super::block_products::{FREQUENCIES, TILES};

/// `C` columns of the four rows of a patch, `quads` groups of four channels: transformed input of tile `t`. Whether it is done.
///
/// - `rows`: from the patch's first element on, pixels `stride` elements apart.
/// - `v`: `[pair][frequency][tile]`.
#[inline(always)]
pub const fn transform_values<const C: usize>(
    _rows: [&[u8]; 4],
    _stride: usize,
    _quads: usize,
    _t: usize,
    _v: &mut [[[u32; TILES]; FREQUENCIES]],
) -> bool {
    false
}

/// `R` rows of `C` taps, `quads` groups of four channels: transformed weights of `output`. Whether it is done.
///
/// - `rows`: from the block's first tap on, taps `stride` elements apart.
/// - `u`: `[pair][frequency][output]`.
#[inline(always)]
pub const fn transform_weights<const R: usize, const C: usize>(
    _rows: [&[u8]; 3],
    _stride: usize,
    _quads: usize,
    _output: usize,
    _u: &mut [[[u32; 2]; FREQUENCIES]],
) -> bool {
    false
}
