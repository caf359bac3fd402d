//! Four rows of a convolution.

use zerocopy::{FromBytes, IntoBytes};

use super::packing::{pack_patch, stage_filter};
use super::scratch::{self, Scratch, Staged};
use super::{LANES, Layer, PATCH, TILE, block_taps, blocks_a_side, compute, pair, transform_patch};
use crate::arch::vectors::{Place, Sums, Target, outputs, staged_weights, weights, windows};
use crate::model::{ConvolutionArrays, EncoderLayer};

/// See [`crate::ops::winograd_rows`]; `scratch`: [`vector_winograd_scratch_words`](super::vector_winograd_scratch_words) words.
pub fn vector_winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[u8]],
    tiles: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    switches.iter_mut().for_each(|row| row.fill(0));
    let (depth, zeros, patch_bytes) = scratch::of_convolution(layer);
    let packs = zeros == 0;
    let Some(mut scratch) = Scratch::new(depth, tiles, zeros, patch_bytes, scratch) else { return };
    compute(&mut Rows { layer, arrays, window, packs, out, switches }, tiles, &mut scratch);
}

struct Rows<'r, 'o, 's> {
    layer: &'r EncoderLayer,
    arrays: &'r ConvolutionArrays<'r>,
    window: &'r [&'r [u8]],
    /// Whether the channels of a block do not fill vectors, so that those of all blocks are packed.
    packs: bool,
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
        let (p, channels) = (self.layer.padding(), self.layer.input.channels);
        let blocks = blocks_a_side(self.layer.kernel);
        if self.packs {
            let channels = scratch.depth * LANES;
            let (half, patch) = scratch.u.split_at_mut_checked(PATCH * PATCH * scratch.depth).unwrap_or_default();
            let patch = patch.as_mut_bytes();
            pack_patch(self.layer, self.window, tile, channels, patch);
            let rows = core::array::from_fn(|r| patch.get(r * PATCH * channels..).unwrap_or(&[]));
            return transform_patch(rows, 0, (PATCH, channels), place, (scratch.zeros, half, &mut *scratch.v));
        }
        for index in 0..blocks.pow(2) {
            let (block_y, block_x) = (index / blocks, index % blocks);
            // The last row of a block of two taps counts nothing: any row will do.
            let last = block_taps(self.layer.kernel, block_y) + TILE - 2;
            let rows = core::array::from_fn(|r| self.window.get(3 * block_y + r.min(last)).copied().unwrap_or(&[]));
            let left = (TILE * tile + 3 * block_x) as isize - p as isize;
            let first = place.first + index * (channels / LANES) * place.step;
            let memory = (scratch.zeros, &mut *scratch.u, &mut *scratch.v);
            transform_patch(rows, left, (self.layer.input.width, channels), Place { first, ..place }, memory);
        }
    }

    fn transform_filter(&self, filter: usize, place: Place, scratch: &mut Scratch<'_>) {
        let (layer, channels) = (self.layer, self.layer.input.channels);
        let start = filter * layer.filter_weights();
        let taps = self.arrays.weights.get(start..start + layer.filter_weights()).unwrap_or(&[]);
        if self.packs {
            let Ok(staged) = Staged::mut_from_bytes(scratch.patch) else { return };
            return stage_filter(layer, taps, staged, |first, staged| {
                staged_weights(staged, Place { first: place.first + first * place.step, ..place }, scratch.u);
            });
        }
        let zeros = <[i8]>::ref_from_bytes(scratch.zeros).unwrap_or(&[]);
        let (k, blocks) = (layer.kernel, blocks_a_side(layer.kernel));
        for index in 0..blocks.pow(2) {
            let (block_y, block_x) = (index / blocks, index % blocks);
            let rows = core::array::from_fn(|r| {
                let first = (3 * block_y + r) * k + 3 * block_x;
                if 3 * block_y + r < k { taps.get(first * channels..).unwrap_or(&[]) } else { zeros }
            });
            let first = place.first + index * (channels / LANES) * place.step;
            let columns = block_taps(k, block_x);
            weights(rows, columns, zeros, channels, Place { first, ..place }, scratch.u);
        }
    }

    fn put(&mut self, filter: usize, tile: usize, count: usize, sums: &mut Sums) {
        let output = self.layer.output;
        let pixel = if self.layer.pool { TILE / 2 * tile } else { TILE * tile };
        let target = Target {
            biases: pair(self.arrays.bias, filter),
            multipliers: pair(self.arrays.multipliers, filter),
            element: pixel * output.channels + filter,
            pitch: output.channels,
            width: output.width.saturating_sub(pixel),
        };
        if self.layer.pool {
            windows(sums, &target, count, self.out, self.switches);
        } else {
            outputs(sums, &target, count, self.out);
        }
    }
}
