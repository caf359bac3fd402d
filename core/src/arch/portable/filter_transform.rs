//! U = G g G^T of a filter, two channels a word: the weights of a Winograd convolution.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use super::blocks::{BLOCKS, Block};
use super::patch::{Patch, keep_apart};
// Those of the processor, for others that share a line of the transform.
use crate::arch::lanes::{add, even_i8, odd_i8, separate, subtract};

/// Transforms a filter of 3 or 5 taps a side: the even pair of channels of every four, or the odd one.
///
/// - `taps`: `[row][column][channel]`.
/// - `u`: for every four channels the places of [`BLOCKS`], `[place][output]`, of which output `output` is written.
pub fn filter_transform(kernel: usize, taps: &[u8], channels: usize, odd: bool, output: usize, u: &mut [[u32; 2]]) {
    if kernel <= 3 {
        return block::<0>(kernel, taps, channels, odd, output, u);
    }
    block::<1>(kernel, taps, channels, odd, output, u);
    block::<2>(kernel, taps, channels, odd, output, u);
    block::<3>(kernel, taps, channels, odd, output, u);
    block::<4>(kernel, taps, channels, odd, output, u);
}

#[inline(never)]
fn block<const B: usize>(kernel: usize, taps: &[u8], channels: usize, odd: bool, output: usize, u: &mut [[u32; 2]]) {
    let Block { first_tap: (y, x), taps: counts, .. } = const { BLOCKS[B] };
    let row = |r: usize| taps.get(((y + r) * kernel + x) * channels..).unwrap_or(&[]);
    match counts {
        (3, 3) => groups::<B, 3, 3>([row(0), row(1), row(2)], channels, odd, output, u),
        (3, _) => groups::<B, 3, 2>([row(0), row(1), row(2)], channels, odd, output, u),
        (_, 3) => groups::<B, 2, 3>([row(0), row(1)], channels, odd, output, u),
        _ => groups::<B, 2, 2>([row(0), row(1)], channels, odd, output, u),
    }
}

#[inline(always)]
fn groups<const B: usize, const R: usize, const C: usize>(
    rows: [&[u8]; R],
    channels: usize,
    odd: bool,
    output: usize,
    u: &mut [[u32; 2]],
) {
    let block = const { &BLOCKS[B] };
    let Some(patch) = Patch::<R, C>::new(rows, channels, channels / 4) else { return };
    for (group, u) in u.chunks_exact_mut(block.places.max(1)).enumerate().take(patch.groups()) {
        // One check for all frequencies.
        let Some(u) = u.as_flattened_mut().get_mut(output..=output + 2 * (block.places - 1)) else { return };
        if odd {
            lanes::<R, C>(|r, c| odd_i8(patch.word(r, c, group)), block, u);
        } else {
            lanes::<R, C>(|r, c| even_i8(patch.word(r, c, group)), block, u);
        }
        keep_apart();
    }
}

/// Two channels; `u` starts with the filter's first place.
#[inline(always)]
fn lanes<const R: usize, const C: usize>(word: impl Fn(usize, usize) -> u32, block: &Block, u: &mut [u32]) {
    let mut half = [[0; 3]; 6];
    for c in 0..C {
        let column = line::<R>(core::array::from_fn(|r| if r < R { word(r, c) } else { 0 }));
        for r in 0..6 {
            half[r][c] = column[r];
        }
        keep_apart();
    }
    for (r, g) in half.into_iter().enumerate() {
        let row = line::<C>(g);
        for c in 0..6 {
            if let Some(value) = block.place(r, c).and_then(|place| u.get_mut(2 * place)) {
                *value = separate(row[c]);
            }
        }
        keep_apart();
    }
}

/// G g of three taps (or two) in each lane.
#[inline(always)]
pub(crate) fn line<const TAPS: usize>(g: [u32; 3]) -> [u32; 6] {
    let twice = add(g[1], g[1]);
    let (outer, far) = if TAPS == 3 {
        let doubled = add(g[2], g[2]);
        (add(g[0], g[2]), add(g[0], add(doubled, doubled)))
    } else {
        (g[0], g[0])
    };
    [g[0], add(outer, g[1]), subtract(outer, g[1]), add(far, twice), subtract(far, twice), g[2]]
}
