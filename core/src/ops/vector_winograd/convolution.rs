//! Four rows of a convolution.

use zerocopy::FromBytes;

use super::super::winograd;
use super::scratch::Scratch;
use super::{LANES, Layer, PATCH, TILE, compute, transform_patch};
use crate::arch::vectors::{Place, Sums, Target, Vector, outputs, staged_weights, weights, windows};
use crate::model::{ConvolutionArrays, EncoderLayer};

/// See [`winograd::winograd_rows`], whose scratch it uses; channels that do not fill vectors are left to it.
pub fn winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[u8]],
    tiles: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    let (channels, side) = (layer.input.channels, winograd::patch_side(layer));
    if !channels.is_multiple_of(LANES) {
        return winograd::winograd_rows(layer, arrays, window, tiles, scratch, out, switches);
    }
    switches.iter_mut().for_each(|row| row.fill(0));
    let depth = winograd::blocks_a_side(layer.kernel).pow(2) * channels / LANES;
    let Some(mut scratch) = Scratch::new(depth, tiles, side * side * channels, scratch) else { return };
    compute(&mut Rows { layer, arrays, window, out, switches }, tiles, &mut scratch);
}

struct Rows<'r, 'o, 's> {
    layer: &'r EncoderLayer,
    arrays: &'r ConvolutionArrays<'r>,
    window: &'r [&'r [u8]],
    out: &'r mut [&'o mut [u8]],
    switches: &'r mut [&'s mut [u8]],
}

impl Layer for Rows<'_, '_, '_> {
    fn tiles(&self) -> usize {
        self.layer.input.width.div_ceil(TILE)
    }

    fn filters(&self) -> usize {
        self.layer.output.channels
    }

    fn transform_tile(&self, tile: usize, place: Place, scratch: &mut Scratch<'_>) {
        let (layer, window) = (self.layer, self.window);
        let (p, channels, side) = (layer.padding(), layer.input.channels, winograd::patch_side(layer));
        let inside = TILE * tile >= p && TILE * tile + side <= layer.input.width + p;
        let whole = inside && window.len() >= side && window.iter().take(side).all(|row| !row.is_empty());
        // Lent to the patch's rows while the rest is written.
        let patch = core::mem::take(&mut scratch.patch);
        if !whole {
            winograd::copy_patch(layer, window, tile, patch);
        }
        let blocks = winograd::blocks_a_side(layer.kernel);
        for index in 0..blocks.pow(2) {
            let (block_y, block_x) = (index / blocks, index % blocks);
            let columns = winograd::block_taps(layer.kernel, block_x) + TILE - 1;
            let last = winograd::block_taps(layer.kernel, block_y) + TILE - 2;
            let rows: [&[u8]; PATCH] = core::array::from_fn(|r| {
                // The last row of a block of two taps counts nothing: any row will do.
                let r = 3 * block_y + r.min(last);
                let (row, column) = if whole {
                    (window.get(r).copied().unwrap_or(&[]), TILE * tile - p + 3 * block_x)
                } else {
                    (patch.get(r * side * channels..(r + 1) * side * channels).unwrap_or(&[]), 3 * block_x)
                };
                row.get(column * channels..).unwrap_or(&[])
            });
            let first = place.first + index * (channels / LANES) * place.step;
            transform_patch(rows, channels, columns, Place { first, ..place }, scratch);
        }
        scratch.patch = patch;
    }

    fn transform_filter(&self, filter: usize, place: Place, scratch: &mut Scratch<'_>) {
        let (layer, channels) = (self.layer, self.layer.input.channels);
        let start = filter * layer.filter_weights();
        let taps = self.arrays.weights.get(start..start + layer.filter_weights()).unwrap_or(&[]);
        let blocks = winograd::blocks_a_side(layer.kernel);
        if blocks == 1 {
            return weights(taps, channels, place, scratch.u);
        }
        let groups = channels / LANES;
        for index in 0..blocks.pow(2) {
            let staged = scratch.patch.get_mut(..groups * size_of::<[Vector; 9]>());
            let Some(staged) = staged.and_then(|bytes| <[[Vector; 9]]>::mut_from_bytes(bytes).ok()) else { return };
            stage_block(layer, taps, (index / blocks, index % blocks), staged);
            let first = place.first + index * groups * place.step;
            staged_weights(staged, Place { first, ..place }, scratch.u);
        }
    }

    fn put(&mut self, filter: usize, tile: usize, count: usize, sums: &mut Sums) {
        let (output, rows) = (self.layer.output, self.out.len());
        let columns = if self.layer.pool { TILE / 2 } else { TILE };
        let pixel = columns * tile;
        for index in 0..2 {
            let filter = filter + index;
            let at = |numbers: &[zerocopy::little_endian::I32]| numbers.get(filter).map_or(0, |number| number.get());
            let target = Target {
                filter: index,
                bias: at(self.arrays.bias),
                multiplier: at(self.arrays.multipliers),
                pitch: output.channels,
                width: output.width.saturating_sub(pixel),
            };
            let element = pixel * output.channels + filter;
            let mut out = self.out.iter_mut().map(|row| row.get_mut(element..).unwrap_or(&mut []));
            let mut out: [&mut [u8]; TILE] = core::array::from_fn(|_| out.next().unwrap_or(&mut []));
            let Some(out) = out.get_mut(..rows) else { return };
            if self.layer.pool {
                let mut switches = self.switches.iter_mut().map(|row| row.get_mut(element / 4..).unwrap_or(&mut []));
                let mut switches: [&mut [u8]; TILE] = core::array::from_fn(|_| switches.next().unwrap_or(&mut []));
                windows(sums, &target, count, out, &mut switches, 2 * (element % 4));
            } else {
                outputs(sums, &target, count, out);
            }
        }
    }
}

/// Stages the taps of one block, zeros where it has none.
fn stage_block(layer: &EncoderLayer, taps: &[i8], (block_y, block_x): (usize, usize), staged: &mut [[Vector; 9]]) {
    let (k, channels) = (layer.kernel, layer.input.channels);
    for (group, block) in staged.iter_mut().enumerate() {
        for (tap, vector) in block.iter_mut().enumerate() {
            let (y, x) = (3 * block_y + tap / 3, 3 * block_x + tap % 3);
            let start = (y * k + x) * channels + LANES * group;
            let exists = y < k && x < k;
            let weights = taps.get(start..).and_then(|weights| weights.first_chunk()).filter(|_| exists);
            *vector = weights.unwrap_or(&[0; LANES]).map(i16::from);
        }
    }
}
