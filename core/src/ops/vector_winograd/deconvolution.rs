//! Four rows of a tied deconvolution, dense or after an unpool: a convolution with the filters turned around.

use zerocopy::FromBytes;

use super::super::{CellRow, DeconvolutionArrays};
use super::scratch::{self, Scratch};
use super::{LANES, Layer, PATCH, TILE, compute, transform_patch};
use crate::arch::vectors::{Place, Sums, Target, Vector, outputs, stage_transposed, staged_weights, unpool};
use crate::model::DecoderLayer;

/// The largest m that keeps transformed weights within 16 bits: 49 * 127 * m.
const MAX_RATIO: u8 = 5;

/// Where the input comes from: rows `y - 1` to `y + 4` of it, `y` the first output row.
#[derive(Clone, Copy, Debug)]
pub enum DeconvolutionInput<'a> {
    /// Rows of a dense map, empty above and below it.
    Dense([&'a [u8]; PATCH]),
    /// The rows of a pooled map that they come from, `y / 2 - 1` to `y / 2 + 2`; rows outside the map have no values.
    Unpooled([CellRow<'a>; 4]),
}

/// Whether the layer's shape suits [`winograd_deconvolution_rows`], and its ratios do.
pub fn winograd_deconvolution_suits(layer: &DecoderLayer, ratios: &[u8]) -> bool {
    let shapes = layer.kernel == 3 && layer.input.channels.is_multiple_of(LANES) && layer.output.channels.is_multiple_of(2);
    // The lanes' offsets between filters have 16 bits.
    shapes && 63 * layer.output.channels < 1 << 16 && ratios.iter().all(|&ratio| ratio <= MAX_RATIO)
}

/// Words of scratch that [`winograd_deconvolution_rows`] needs with `tiles` tiles of 4x4 outputs a pass.
pub const fn winograd_deconvolution_scratch_words(layer: &DecoderLayer, tiles: usize) -> usize {
    scratch::words(layer.input.channels / LANES, tiles, PATCH * PATCH * layer.input.channels)
}

/// Four rows of a tied deconvolution, at the bottom those that exist; the same bits as the definitions while accumulators stay
/// below 2^25.
///
/// - `tiles`: tiles whose transformed input is kept at a time, at least 1.
/// - `scratch`: [`winograd_deconvolution_scratch_words`] words; it needs no particular contents.
/// - `out`: rows of `[output width][channels]`.
pub fn winograd_deconvolution_rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    input: &DeconvolutionInput<'_>,
    tiles: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    let channels = layer.input.channels;
    let Some(mut scratch) = Scratch::new(channels / LANES, tiles, PATCH * PATCH * channels, scratch) else { return };
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
        let channels = self.layer.input.channels;
        // Lent to the patch's rows while the rest is written.
        let patch = core::mem::take(&mut scratch.patch);
        for (r, row) in patch.chunks_exact_mut(PATCH * channels).enumerate() {
            for (c, pixel) in row.chunks_exact_mut(channels).enumerate() {
                match (TILE * tile + c).checked_sub(1) {
                    Some(x) => self.put_pixel(r, x, pixel),
                    None => pixel.fill(0),
                }
            }
        }
        let rows = core::array::from_fn(|r| patch.get(r * PATCH * channels..).unwrap_or(&[]));
        transform_patch(rows, channels, PATCH, place, scratch);
        scratch.patch = patch;
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
        let (output, rows) = (self.layer.output, self.out.len());
        for index in 0..2 {
            let filter = filter + index;
            let target = Target {
                filter: index,
                bias: self.arrays.bias.get(filter).map_or(0, |bias| bias.get()),
                multiplier: self.arrays.multiplier.get(),
                pitch: output.channels,
                width: output.width.saturating_sub(TILE * tile),
            };
            let element = TILE * tile * output.channels + filter;
            let mut out = self.out.iter_mut().map(|row| row.get_mut(element..).unwrap_or(&mut []));
            let mut out: [&mut [u8]; TILE] = core::array::from_fn(|_| out.next().unwrap_or(&mut []));
            outputs(sums, &target, count, out.get_mut(..rows).unwrap_or(&mut []));
        }
    }
}

impl Rows<'_, '_> {
    /// The pixel in column `x` of input row `r` of the six.
    fn put_pixel(&self, r: usize, x: usize, pixel: &mut [u8]) {
        let channels = pixel.len();
        match self.input {
            DeconvolutionInput::Dense(rows) => {
                let row = rows.get(r).copied().unwrap_or(&[]);
                match row.get(x * channels..(x + 1) * channels) {
                    Some(values) => pixel.copy_from_slice(values),
                    None => pixel.fill(0),
                }
            }
            DeconvolutionInput::Unpooled(cells) => {
                // The first of the six rows is the lower one of its cells.
                let (cell, position) = (cells.get(r.div_ceil(2)), 2 * ((r + 1) % 2) + x % 2);
                let range = x / 2 * channels..(x / 2 + 1) * channels;
                let values = cell.and_then(|row| row.values.get(range.clone()));
                let switches = cell.and_then(|row| row.switches.get(range.start / 4..range.end / 4));
                match (values, switches) {
                    (Some(values), Some(switches)) => unpool(values, switches, position as u8, pixel),
                    _ => pixel.fill(0),
                }
            }
        }
    }
}
