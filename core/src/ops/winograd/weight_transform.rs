//! U = G g G^T of two filters, two channels a word, and the seeds that start the sums.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use super::scratch::Scratch;
use super::{block_at, block_taps, blocks_a_side, frequency};
use crate::arch::lanes::{add, even_i8, odd_i8, separate, subtract};
use crate::arch::patch::{Patch, keep_apart};
use crate::arch::products::FREQUENCIES;
use crate::model::{ConvolutionArrays, EncoderLayer};

/// Transforms filters `first` and `first + 1`.
pub(super) fn filters(layer: &EncoderLayer, arrays: &ConvolutionArrays<'_>, first: usize, scratch: &mut Scratch<'_>) {
    for output in 0..2 {
        let start = (first + output) * layer.filter_weights();
        let weights = arrays.weights.get(start..start + layer.filter_weights()).unwrap_or(&[]);
        let bias = arrays.bias.get(first + output).map_or(0, |bias| bias.get());
        filter(layer, zerocopy::IntoBytes::as_bytes(weights), bias, output, scratch);
    }
}

fn filter(layer: &EncoderLayer, weights: &[u8], bias: i32, output: usize, scratch: &mut Scratch<'_>) {
    let (k, channels) = (layer.kernel, layer.input.channels);
    let pairs = channels / 2;
    let seeds = scratch.seeds.as_flattened_mut().get_mut(output..).unwrap_or(&mut []);
    seeds.iter_mut().step_by(2).for_each(|seed| *seed = 0);
    for index in 0..blocks_a_side(k).pow(2) {
        let (block_y, block_x) = block_at(k, index);
        let rows: [&[u8]; 3] = core::array::from_fn(|r| {
            let tap = (3 * block_y + r.min(block_taps(k, block_y) - 1)) * k + 3 * block_x;
            weights.get(tap * channels..).unwrap_or(&[])
        });
        let u = scratch.u.get_mut(index * pairs..(index + 1) * pairs).unwrap_or(&mut []);
        match (block_taps(k, block_y), block_taps(k, block_x)) {
            (3, 3) => block::<3, 3>(rows, channels, output, u),
            (3, _) => block::<3, 2>(rows, channels, output, u),
            (_, 3) => block::<2, 3>(rows, channels, output, u),
            _ => block::<2, 2>(rows, channels, output, u),
        }
    }
    // Column 1 of A^T is -scale / 6: 36 b there adds b to every accumulator.
    if let Some(seed) = seeds.get_mut(2 * frequency(1, 1)) {
        *seed = seed.wrapping_add((bias as u32).wrapping_mul(36));
    }
}

/// One block of a filter, of `R` rows and `C` columns of taps.
#[inline(never)]
fn block<const R: usize, const C: usize>(
    rows: [&[u8]; 3],
    channels: usize,
    output: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) {
    let Some(patch) = Patch::<3, C>::new(rows, channels, channels / 4) else { return };
    for (group, pairs) in u.as_chunks_mut::<2>().0.iter_mut().enumerate().take(patch.groups()) {
        let [even, odd] = pairs;
        // One check for all frequencies.
        let last = 2 * (FREQUENCIES - 1);
        let Some(even) = even.as_flattened_mut().get_mut(output..=output + last) else { return };
        lanes::<R, C>(|r, c| even_i8(patch.word(r, c, group)), even);
        keep_apart();
        let Some(odd) = odd.as_flattened_mut().get_mut(output..=output + last) else { return };
        lanes::<R, C>(|r, c| odd_i8(patch.word(r, c, group)), odd);
        keep_apart();
    }
}

/// Two channels of one block; `u` starts with the filter's first frequency.
#[inline(always)]
fn lanes<const R: usize, const C: usize>(word: impl Fn(usize, usize) -> u32, u: &mut [u32]) {
    let mut half = [[0; 3]; 6];
    for c in 0..C {
        let column = line::<R>(core::array::from_fn(|r| if r < R { word(r, c) } else { 0 }));
        for r in 0..6 {
            half[r][c] = column[r];
        }
        keep_apart();
    }
    for (r, g) in half.into_iter().enumerate().take(R + 3) {
        let row = line::<C>(g);
        for c in 0..C + 3 {
            if let Some(value) = u.get_mut(2 * frequency(r, c)) {
                *value = separate(row[c]);
            }
        }
        keep_apart();
    }
}

/// G g of three taps (or two) in each lane.
#[inline(always)]
fn line<const TAPS: usize>(g: [u32; 3]) -> [u32; 6] {
    let twice = add(g[1], g[1]);
    let (outer, far) = if TAPS == 3 {
        let doubled = add(g[2], g[2]);
        (add(g[0], g[2]), add(g[0], add(doubled, doubled)))
    } else {
        (g[0], g[0])
    };
    [g[0], add(outer, g[1]), subtract(outer, g[1]), add(far, twice), subtract(far, twice), g[2]]
}
