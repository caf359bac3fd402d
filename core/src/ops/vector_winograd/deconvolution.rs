//! Four rows of a tied deconvolution, dense or after an unpool: a convolution with the filters turned around.

use zerocopy::FromBytes;

use super::super::{CellRow, DeconvolutionArrays};
use super::scratch::{self, Scratch};
use super::{LANES, Layer, PATCH, TILE, compute, pair, transform_patch};
use crate::arch::vectors::{Place, Sums, Target, Vector, clear, outputs, stage_transposed, staged_weights, unpool};
use crate::model::DecoderLayer;

/// The largest m that keeps transformed weights within 16 bits: 49 * 127 * m.
const MAX_RATIO: u8 = 5;
/// Pixels of a row of an unpooled patch: those of whole cells.
const WIDE: usize = PATCH + 2;

/// Where the input comes from: rows `y - 1` to `y + 4` of it, `y` the first output row.
#[derive(Clone, Copy, Debug)]
pub enum DeconvolutionInput<'a> {
    /// Rows of a dense map, empty above and below it.
    Dense([&'a [u8]; PATCH]),
    /// The rows of a pooled map that they come from, `y / 2 - 1` to `y / 2 + 2`; rows outside the map have no values.
    Unpooled([CellRow<'a>; 4]),
}

/// Whether the layer's shape suits [`vector_deconvolution_rows`], and its ratios do.
pub fn vector_deconvolution_suits(layer: &DecoderLayer, ratios: &[u8]) -> bool {
    let shapes =
        layer.kernel == 3 && layer.input.channels.is_multiple_of(LANES) && layer.output.channels.is_multiple_of(2);
    // The lanes' offsets between filters have 16 bits.
    shapes && 63 * layer.output.channels < 1 << 16 && ratios.iter().all(|&ratio| ratio <= MAX_RATIO)
}

/// The largest magnitude of an accumulator of output `channel` if nothing is known of its input; below 2^25 for every channel,
/// [`vector_deconvolution_rows`] is exact. Values are not negative, so one sign of weights counts at a time.
pub fn vector_deconvolution_bound(
    layer: &DecoderLayer,
    weights: &[i8],
    ratios: &[u8],
    bias: i32,
    channel: usize,
) -> i64 {
    let channels = layer.output.channels.max(1);
    let taps = layer.kernel * layer.kernel * channels;
    let (mut most, mut least) = (0, 0);
    for (filter, &ratio) in weights.chunks_exact(taps.max(1)).zip(ratios) {
        let weights = filter.iter().skip(channel).step_by(channels.max(1)).map(|&w| i32::from(w));
        let (high, low) = weights.fold((0, 0), |(high, low), w| (high + w.max(0), low + w.min(0)));
        most += i64::from(high * i32::from(ratio));
        least += i64::from(low * i32::from(ratio));
    }
    255 * most.max(-least) + i64::from(bias).abs()
}

/// Words of scratch that [`vector_deconvolution_rows`] needs with `tiles` tiles of 4x4 outputs a pass.
pub const fn vector_deconvolution_scratch_words(layer: &DecoderLayer, tiles: usize) -> usize {
    scratch::words(layer.input.channels / LANES, tiles, layer.input.channels, PATCH * WIDE * layer.input.channels)
}

/// Four rows of a tied deconvolution, at the bottom those that exist; the same bits as the definitions while accumulators stay
/// below 2^25.
///
/// - `tiles`: tiles whose transformed input is kept at a time, at least 1.
/// - `scratch`: [`vector_deconvolution_scratch_words`] words; it needs no particular contents.
/// - `out`: rows of `[output width][channels]`.
pub fn vector_deconvolution_rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    input: &DeconvolutionInput<'_>,
    tiles: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    let channels = layer.input.channels;
    let Some(mut scratch) = Scratch::new(channels / LANES, tiles, channels, PATCH * WIDE * channels, scratch) else {
        return;
    };
    compute(&mut Rows { layer, arrays, input, out }, tiles, &mut scratch);
}

struct Rows<'r, 'o> {
    layer: &'r DecoderLayer,
    arrays: &'r DeconvolutionArrays<'r>,
    input: &'r DeconvolutionInput<'r>,
    out: &'r mut [&'o mut [u8]],
}

impl Layer for Rows<'_, '_> {
    fn tiles(&self) -> usize {
        self.layer.output.width.div_ceil(TILE)
    }

    fn filters(&self) -> usize {
        self.layer.output.channels
    }

    fn transform_tile(&self, tile: usize, place: Place, scratch: &mut Scratch<'_>) {
        let (width, channels) = (self.layer.input.width, self.layer.input.channels);
        let Scratch { v, u, zeros, patch, .. } = scratch;
        match self.input {
            DeconvolutionInput::Dense(rows) => {
                let left = (TILE * tile) as isize - 1;
                transform_patch(*rows, left, (width, channels), place, (zeros, u, v));
            }
            DeconvolutionInput::Unpooled(cells) => {
                unpool_patch(cells, tile, (width, channels), patch);
                let rows = core::array::from_fn(|r| {
                    // The first of the six rows is the lower one of its cells.
                    let exists = cells.get(r.div_ceil(2)).is_some_and(|row| !row.values.is_empty());
                    if exists { patch.get((r * WIDE + 1) * channels..).unwrap_or(&[]) } else { &[] }
                });
                transform_patch(rows, 0, (PATCH, channels), place, (zeros, u, v));
            }
        }
    }

    fn transform_filter(&self, filter: usize, place: Place, scratch: &mut Scratch<'_>) {
        let bytes = self.layer.input.channels / LANES * size_of::<[Vector; 9]>();
        let staged = scratch.patch.get_mut(..bytes).and_then(|bytes| <[[Vector; 9]]>::mut_from_bytes(bytes).ok());
        let Some(staged) = staged else { return };
        let DeconvolutionArrays { weights, ratios, .. } = *self.arrays;
        stage_transposed(weights, self.layer.output.channels, filter, ratios, staged);
        staged_weights(staged, place, scratch.u);
    }

    fn put(&mut self, filter: usize, tile: usize, count: usize, sums: &mut Sums) {
        let output = self.layer.output;
        let target = Target {
            biases: pair(self.arrays.bias, filter),
            multipliers: [self.arrays.multiplier.get(); 2],
            element: TILE * tile * output.channels + filter,
            pitch: output.channels,
            width: output.width.saturating_sub(TILE * tile),
        };
        outputs(sums, &target, count, self.out);
    }
}

/// Six rows of the unpooled map, `WIDE` pixels each, the first one column to the left of the tile's patch.
fn unpool_patch(cells: &[CellRow<'_>; 4], tile: usize, (width, channels): (usize, usize), patch: &mut [u8]) {
    let cell = 2 * tile;
    let (first, end) = (cell.saturating_sub(1).min(width), (cell + 3).min(width));
    let skipped = 2 * (first + 1).saturating_sub(cell);
    for (r, pixels) in patch.chunks_exact_mut((WIDE * channels).max(1)).enumerate() {
        let Some(row) = cells.get(r.div_ceil(2)).filter(|row| !row.values.is_empty()) else { continue };
        let values = row.values.get(first * channels..end * channels).unwrap_or(&[]);
        let switches = row.switches.get(first * channels / 4..end * channels / 4).unwrap_or(&[]);
        let (before, rest) = pixels.split_at_mut_checked(skipped * channels).unwrap_or_default();
        let (inside, behind) = rest.split_at_mut_checked(2 * (end - first) * channels).unwrap_or_default();
        clear(before);
        clear(behind);
        unpool(values, switches, channels, ((r + 1) % 2) as u8, inside);
    }
}
