//! Rule 3, and rule 6 on a dense map, by exact integer Winograd F(2x4,3x3) in little memory: two rows of a convolution at a
//! time, in blocks of tiles, filters and channels.
//!
//! ```text
//! y = A^T [ sum over c of (G g H^T) . (B^T d C) ] D,   y[i][j] = 2 scale[j] acc[i][j],   scale = 24, 12, 6, 6
//!
//! along y, F(2,3):  B^T = 1  0 -1  0     G = 2  0  0     A^T = 1  1  1  0
//!                         0  1  1  0         1  1  1           0  1 -1 -1
//!                         0 -1  1  0         1 -1  1
//!                         0  1  0 -1         0  0  2
//! along x, F(4,3) as in [`super::winograd`].
//! ```
//! `2 scale[j]` is 3 times a power of two; with |acc| < 2^27 both are removed exactly modulo 2^32, so sums in between may wrap.
//! Beside F(4x4,3x3) it takes a third more multiplications, yet no input row more than the definition, and sums that stay for
//! a block of filters let the channels pass in parts: scratch is as small as the blocks are.

mod input_transform;
mod output_transform;
mod scratch;
mod weight_transform;

#[cfg(test)]
mod tests;

use core::ops::Range;

use serde::{Deserialize, Serialize};

use super::deconvolution::DeconvolutionArrays;
use super::winograd::blocks_a_side;
use crate::arch::block_products::{FREQUENCIES, Run, TILES, add_products};
use crate::model::{ConvolutionArrays, DecoderLayer, EncoderLayer};
use scratch::Scratch;

/// Rows and columns of a tile of outputs.
const TILE: (usize, usize) = (2, 4);

/// How a call is cut: more of each is faster and takes more scratch. The order of fields is the format of a stored plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocking {
    /// Tiles of 2x4 outputs at a time, in groups of four: they share a transform of the weights.
    pub tiles: usize,
    /// Filters at a time, an even number: they share a transform of the input where the channels pass in parts.
    pub filters: usize,
    /// Channels at a time, a multiple of four.
    pub channels: usize,
}

/// Whose weights are multiplied.
enum Filters<'a> {
    /// A convolution's.
    Own(&'a ConvolutionArrays<'a>),
    /// A tied deconvolution's: the convolution's transposed and flipped, times m.
    Tied(&'a DeconvolutionArrays<'a>),
}

impl Filters<'_> {
    fn bias(&self, filter: usize) -> i32 {
        let bias = match self {
            Self::Own(arrays) => arrays.bias,
            Self::Tied(arrays) => arrays.bias,
        };
        bias.get(filter).map_or(0, |bias| bias.get())
    }

    fn multiplier(&self, filter: usize) -> i32 {
        match self {
            Self::Own(arrays) => arrays.multipliers.get(filter).map_or(0, |multiplier| multiplier.get()),
            Self::Tied(arrays) => arrays.multiplier.get(),
        }
    }
}

/// Words of scratch that [`blocked_winograd_rows`] needs.
pub const fn blocked_winograd_scratch_words(layer: &EncoderLayer, blocking: Blocking) -> usize {
    scratch::words(layer, blocking)
}

/// The dense deconvolution as a convolution without a pool.
pub const fn as_convolution(layer: &DecoderLayer) -> EncoderLayer {
    EncoderLayer { kernel: layer.kernel, pool: false, input: layer.input, output: layer.output, tied: false }
}

/// Where F(2x4,3x3) puts a frequency: those that all blocks have, then those of row 3, of column 5, of both.
const fn frequency(r: usize, c: usize) -> usize {
    match (r, c) {
        (3, 5) => 23,
        (3, c) => 15 + c,
        (r, 5) => 20 + r,
        (r, c) => 5 * r + c,
    }
}

/// Which channels each frequency sums over; a block of two taps has no last frequency along its side.
fn runs(kernel: usize, pairs: usize) -> [Run; 4] {
    let run = |first, count, start, depth| Run { first, count, start: start * pairs, depth: depth * pairs };
    if kernel <= 3 {
        return [run(0, FREQUENCIES, 0, 1), run(0, 0, 0, 1), run(0, 0, 0, 1), run(0, 0, 0, 1)];
    }
    [run(0, 15, 0, 4), run(15, 5, 1, 2), run(20, 3, 0, 2), run(23, 1, 1, 1)]
}

/// Two rows of the convolution: one row of output where the layer pools, else two, or the last one. The layer's shape suits
/// [`super::winograd_suits`], and its accumulators stay below 2^27 ([`super::winograd_bound`]).
///
/// - `window`: the `k + 1` input rows from `y - p` on (`y` the first convolution row), each `[width][channels]`, empty above
///   and below the image.
/// - `scratch`: [`blocked_winograd_scratch_words`] words; it needs no particular contents.
/// - `out`: rows of `[output width][filters]`.
/// - `switches`: a packed row for each row of `out`, or empty ones.
pub fn blocked_winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[u8]],
    blocking: Blocking,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    switches.iter_mut().for_each(|row| row.fill(0));
    rows(layer, &Filters::Own(arrays), window, blocking, scratch, out, switches);
}

/// Two rows of a tied deconvolution that reads a dense map, or the last one: the same bits as [`super::deconvolution_row`],
/// where [`dense_deconvolution_bound`] is below 2^27 and m is at most [`MAX_DENSE_RATIO`].
///
/// - `window`: the `k + 1` input rows from `y - p` on, each `[width][filters]`, empty above and below the map.
/// - `scratch`: [`blocked_winograd_scratch_words`] words of [`as_convolution`] of the layer.
/// - `out`: rows of `[width][channels]`.
pub fn dense_deconvolution_rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    window: &[&[u8]],
    blocking: Blocking,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    rows(&as_convolution(layer), &Filters::Tied(arrays), window, blocking, scratch, out, &mut []);
}

/// The largest m that 16 bits leave room for: a transformed weight is at most 21 times a weight.
pub const MAX_DENSE_RATIO: u8 = 12;

/// The largest magnitude of an accumulator of output channel `channel` of a deconvolution that reads a dense map, one sign
/// of weights at a time.
pub fn dense_deconvolution_bound(
    layer: &DecoderLayer,
    weights: &[i8],
    ratios: &[u8],
    bias: i32,
    channel: usize,
) -> i64 {
    let channels = layer.output.channels.max(1);
    let filters = weights.chunks_exact((layer.kernel * layer.kernel * channels).max(1)).zip(ratios);
    let (mut most, mut least) = (0, 0);
    for (filter, &ratio) in filters {
        for &w in filter.iter().skip(channel).step_by(channels.max(1)) {
            let product = i64::from(w) * i64::from(ratio);
            most += product.max(0);
            least -= product.min(0);
        }
    }
    255 * most.max(least) + i64::from(bias).abs()
}

fn rows(
    layer: &EncoderLayer,
    filters: &Filters<'_>,
    window: &[&[u8]],
    blocking: Blocking,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    let Some(mut scratch) = Scratch::new(layer, blocking, scratch) else { return };
    let all = layer.input.width.div_ceil(TILE.1);
    let (channels, outputs) = (layer.input.channels, layer.output.channels);
    for first in (0..all).step_by(blocking.tiles.max(1)) {
        let tiles = first..(first + blocking.tiles).min(all);
        for filter in (0..outputs).step_by(blocking.filters.max(1)) {
            let block = filter..(filter + blocking.filters).min(outputs);
            scratch.sums.fill(0);
            for channel in (0..channels).step_by(blocking.channels.max(1)) {
                let part = channel..(channel + blocking.channels).min(channels);
                // All channels at once stay for all filters.
                if filter == 0 || length(&part) < channels {
                    input_transform::tiles(layer, window, tiles.clone(), part.clone(), &mut scratch);
                }
                for (index, filter) in block.clone().step_by(2).enumerate() {
                    weight_transform::filters(layer, filters, filter, part.clone(), &mut scratch);
                    multiply(layer, length(&tiles).div_ceil(TILES), index, length(&part) / 2, &mut scratch);
                }
            }
            for (index, filter) in block.step_by(2).enumerate() {
                for (group, first) in tiles.clone().step_by(TILES).enumerate() {
                    let Some(sums) = scratch.sums(index, group) else { return };
                    let place = output_transform::Place { filter, tiles: first..(first + TILES).min(tiles.end) };
                    output_transform::tiles(layer, filters, place, sums, out, switches);
                }
            }
        }
    }
}

/// Without the assertion of `len`.
const fn length(range: &Range<usize>) -> usize {
    range.end.saturating_sub(range.start)
}

/// Adds the products of `pairs` pairs of channels of each group of tiles for the filters `2 * index` and the next one of the
/// block.
fn multiply(layer: &EncoderLayer, groups: usize, index: usize, pairs: usize, scratch: &mut Scratch<'_>) {
    let runs = runs(layer.kernel, pairs);
    let blocks = blocks_a_side(layer.kernel).pow(2);
    for group in 0..groups {
        let Some((v, u, sums)) = scratch.products(group, index, blocks * pairs) else { return };
        for run in runs.iter().filter(|run| run.count > 0) {
            add_products(run, v, u, sums);
        }
    }
}

/// The part of a slice that `range` names, empty outside.
fn part(slice: &[u8], range: Range<usize>) -> &[u8] {
    slice.get(range).unwrap_or(&[])
}
