//! Rule 3 by exact integer Winograd, F(4x4,3x3): four rows of a convolution at a time, the same bits as
//! [`super::convolution_row`] with a quarter of the multiplications.
//!
//! ```text
//! y = A^T [ sum over c of (G g G^T) . (B^T d B) ] A,   y[i][j] = scale[i] scale[j] acc[i][j],   scale = 24, 12, 6, 6
//! ```
//! All fractions are moved into A, so every number is an integer. `scale[i] scale[j]` is 9 times a power of two; with |acc| < 2^25
//! ([`winograd_bound`]) both are removed exactly modulo 2^32, so sums in between may wrap. A larger kernel is cut into blocks
//! of at most 3x3 taps, which are no more than further channels of the same transform.

mod input_transform;
mod output_transform;
mod scratch;
mod weight_transform;

#[cfg(test)]
pub(super) mod tests;

use crate::arch::products::{FREQUENCIES, Run, products};
use crate::model::{ConvolutionArrays, EncoderLayer};
use scratch::Scratch;

/// Side of a tile of outputs.
const TILE: usize = 4;
/// Side of the patch of inputs that a tile reads through one block.
const PATCH: usize = 6;
/// Added to the low lanes of four inputs, so that every transformed low lane is positive and nothing is borrowed from the high
/// one: columns 4 and 5 of B^T sum to 1 in every row, so all of them rise by exactly this, which is taken back lane by lane.
const LOW_LANE_OFFSET: u32 = 12_800;

/// Words of scratch that [`winograd_rows`] needs with `tiles` tiles of 4x4 outputs a pass.
pub const fn winograd_scratch_words(layer: &EncoderLayer, tiles: usize) -> usize {
    scratch::words(layer, tiles)
}

/// Whether the layer's shape suits [`winograd_rows`]: kernels of 3 or 5, channels and filters in fours.
pub const fn winograd_suits(layer: &EncoderLayer) -> bool {
    matches!(layer.kernel, 3 | 5) && layer.input.channels.is_multiple_of(4) && layer.output.channels.is_multiple_of(4)
}

/// The largest magnitude of an accumulator whose inputs are 0 to 255, one sign of weights at a time; below 2^25 for every filter,
/// [`winograd_rows`] is exact.
pub fn winograd_bound(filter: &[i8], bias: i32) -> i64 {
    let sum = |sign: i64| filter.iter().map(|&w| (sign * i64::from(w)).max(0)).sum::<i64>();
    255 * sum(1).max(sum(-1)) + i64::from(bias).abs()
}

/// Blocks of at most 3x3 taps along one side of the kernel.
pub(super) const fn blocks_a_side(kernel: usize) -> usize {
    kernel.div_ceil(3)
}

/// Row and column of a block, in the order of its channels: so every frequency's blocks stand side by side.
const fn block_at(kernel: usize, index: usize) -> (usize, usize) {
    if kernel <= 3 {
        return (0, 0);
    }
    match index {
        0 => (1, 0),
        1 => (0, 0),
        2 => (0, 1),
        _ => (1, 1),
    }
}

/// Taps of a block along one side.
pub(super) const fn block_taps(kernel: usize, block: usize) -> usize {
    let left = kernel - 3 * block;
    if left < 3 { left } else { 3 }
}

/// Where frequency `(r, c)` stands: those that all blocks have, then those of row 5, of column 5, of both.
const fn frequency(r: usize, c: usize) -> usize {
    match (r, c) {
        (5, 5) => 35,
        (5, c) => 25 + c,
        (r, 5) => 30 + r,
        (r, c) => 5 * r + c,
    }
}

/// Which channels each frequency sums over; a block of two taps has no frequency 5 along its side.
fn runs(kernel: usize, pairs: usize) -> [Run; 4] {
    let run = |first, count, start, depth| Run { first, count, start: start * pairs, depth: depth * pairs };
    if kernel <= 3 {
        return [run(0, FREQUENCIES, 0, 1), run(0, 0, 0, 1), run(0, 0, 0, 1), run(0, 0, 0, 1)];
    }
    [run(0, 25, 0, 4), run(25, 5, 1, 2), run(30, 5, 0, 2), run(35, 1, 1, 1)]
}

/// Four rows of the convolution: two rows of output where the layer pools, else four; at the bottom those that exist.
///
/// - `window`: the `k + 3` input rows from `y - p` on (`y` the first convolution row), each `[width][channels]`, empty above
///   and below the image.
/// - `tiles`: tiles whose transformed input is kept at a time, at least 1; more of them share a transform of the weights.
/// - `scratch`: [`winograd_scratch_words`] words; it needs no particular contents.
/// - `out`: rows of `[output width][filters]`.
/// - `switches`: a packed row for each row of `out`, or empty ones.
pub fn winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[u8]],
    tiles: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    switches.iter_mut().for_each(|row| row.fill(0));
    let Some(mut scratch) = Scratch::new(layer, tiles, scratch) else { return };
    let all = layer.input.width.div_ceil(TILE);
    let mut first = 0;
    while first < all {
        let count = tiles.clamp(1, all - first);
        input_transform::tiles(layer, window, first..first + count, &mut scratch);
        for filter in (0..layer.output.channels).step_by(2) {
            weight_transform::filters(layer, arrays, filter, &mut scratch);
            let mut done = 0;
            while done < count {
                let place = output_transform::Place { filter, tile: first + done };
                done += match count - done {
                    4.. => group::<4>(layer, arrays, done, place, &mut scratch, out, switches),
                    2 | 3 => group::<2>(layer, arrays, done, place, &mut scratch, out, switches),
                    _ => group::<1>(layer, arrays, done, place, &mut scratch, out, switches),
                };
            }
        }
        first += count;
    }
}

/// Products and outputs of the tiles from `done` on of a pass, for two filters. Gives the number of tiles.
fn group<const TILES: usize>(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    done: usize,
    place: output_transform::Place,
    scratch: &mut Scratch<'_>,
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) -> usize {
    let Some((v, u, seeds, sums)) = scratch.products::<TILES>(done) else { return TILES };
    for run in runs(layer.kernel, layer.input.channels / 2).iter().filter(|run| run.count > 0) {
        products(run, v, u, seeds, sums);
    }
    output_transform::tiles(layer, arrays, place, sums, out, switches);
    TILES
}
