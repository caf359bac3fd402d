//! [`super::winograd`] by vectors of eight channels, for a processor that has them: the same bits, other loops.
//!
//! The transforms, and the frequencies' order, are those of [`crate::arch::portable::vectors`]. A kernel of 5x5 is cut into four
//! blocks of 3x3 taps, zeros where it has none; the blocks are no more than further channels.

mod convolution;
mod deconvolution;
mod packing;
mod scratch;

#[cfg(test)]
mod tests;

pub use convolution::vector_winograd_rows;
pub use deconvolution::{
    DeconvolutionInput, vector_deconvolution_bound, vector_deconvolution_rows, vector_deconvolution_scratch_words,
    vector_deconvolution_suits,
};
pub use scratch::vector_winograd_scratch_words;

use zerocopy::IntoBytes;
use zerocopy::little_endian::I32;

use super::winograd::blocks_a_side;
use crate::arch::vectors::{Place, Sums, Vector, clear, input_columns, input_rows, products};
use scratch::Scratch;

/// Channels in a vector.
const LANES: usize = 8;
/// Side of a tile of outputs.
const TILE: usize = 4;
/// Side of the patch of inputs that a block of a tile reads.
const PATCH: usize = 6;

/// Taps of a block along one side.
const fn block_taps(kernel: usize, block: usize) -> usize {
    let left = kernel - 3 * block;
    if left < 3 { left } else { 3 }
}

/// What a pass computes: a row of tiles, two filters at a time.
trait Layer {
    /// Tiles of a row.
    fn tiles(&self) -> usize;
    /// Filters, an even number.
    fn filters(&self) -> usize;
    /// Transforms the patch of one tile.
    fn transform_tile(&self, tile: usize, place: Place, scratch: &mut Scratch<'_>);
    /// Transforms one filter.
    fn transform_filter(&self, filter: usize, place: Place, scratch: &mut Scratch<'_>);
    /// Takes the sums of `count` tiles from `tile` on and of the filters `filter` and `filter + 1`.
    fn put(&mut self, filter: usize, tile: usize, count: usize, sums: &mut Sums);
}

/// Computes a row of tiles, `tiles` of them a pass.
fn compute(layer: &mut impl Layer, tiles: usize, scratch: &mut Scratch<'_>) {
    let (all, depth) = (layer.tiles(), scratch.depth);
    let mut first = 0;
    while first < all {
        let count = tiles.max(1).min(all - first);
        for tile in 0..count {
            let group = tile - tile % 4;
            let (start, width) = (scratch.group_start(group), (count - group).min(4));
            let place = Place { first: start + tile % 4, stride: depth * width, step: width };
            layer.transform_tile(first + tile, place, scratch);
        }
        for filter in (0..layer.filters()).step_by(2) {
            for output in 0..2 {
                let place = Place { first: output, stride: 2 * depth, step: 2 };
                layer.transform_filter(filter + output, place, scratch);
            }
            for group in (0..count).step_by(4) {
                let width = (count - group).min(4);
                let Some((v, u, sums)) = scratch.group(group, width) else { return };
                match width {
                    4 => products::<4>(v, u, depth, sums),
                    3 => products::<3>(v, u, depth, sums),
                    2 => products::<2>(v, u, depth, sums),
                    _ => products::<1>(v, u, depth, sums),
                }
                layer.put(filter, first + group, width, sums);
            }
        }
        first += count;
    }
}

/// Transforms the six columns from `left` on of six rows of `width` pixels, zeros outside; a row of padding is empty.
fn transform_patch(
    rows: [&[u8]; PATCH],
    left: isize,
    (width, channels): (usize, usize),
    place: Place,
    (zeros, half, v): (&[u8], &mut [Vector], &mut [Vector]),
) {
    let groups = channels / LANES;
    let first = left.max(0) as usize;
    let skipped = (first as isize - left) as usize;
    let columns = width.saturating_sub(first).min(PATCH.saturating_sub(skipped));
    let rows = rows.map(|row| if row.is_empty() { zeros } else { row.get(first * channels..).unwrap_or(&[]) });
    let half = half.as_chunks_mut::<PATCH>().0;
    let Some(half) = half.get_mut(..PATCH * groups) else { return };
    let (before, rest) = half.split_at_mut_checked(skipped * groups).unwrap_or_default();
    let (inside, behind) = rest.split_at_mut_checked(columns * groups).unwrap_or_default();
    clear(before.as_mut_bytes());
    clear(behind.as_mut_bytes());
    input_columns(rows, inside);
    input_rows(half, groups, place, v);
}

/// Two numbers from `first` on.
fn pair(numbers: &[I32], first: usize) -> [i32; 2] {
    let numbers = numbers.get(first..).and_then(|numbers| numbers.first_chunk::<2>());
    numbers.map_or([0; 2], |numbers| numbers.map(I32::get))
}
