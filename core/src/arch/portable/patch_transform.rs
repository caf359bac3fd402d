//! V = B^T d B of what a tile reads, two channels a word: the input of a Winograd convolution.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use super::blocks::{BLOCKS, Block};
use super::lanes::{even_u8, odd_u8};
use super::patch::{Patch, keep_apart};

/// Side of the patch of a block.
const PATCH: usize = 6;
/// Rows that a tile reads for the largest kernel.
pub const MAX_ROWS: usize = 8;
/// Added to the low lanes of four inputs, so that every transformed low lane ends from 0 to 65535 and nothing is borrowed from the
/// high one: columns 4 and 5 of B^T sum to 1 in every row, so all of them rise by exactly this. A flip of the bit takes it back.
pub(crate) const LOW_LANE_BIAS: u32 = 0x8000;

/// Transforms what a tile reads for a kernel of 3 or 5 taps a side: `kernel + 3` rows of as many pixels.
///
/// - `rows`: each from its first pixel on, `channels` elements a pixel; the last two are not read for 3 taps.
/// - `v`: for the even pair of channels of every four, then for the odd one, the places of [`BLOCKS`], `[place][tile]`, of
///   which tile `tile` is written.
pub fn patch_transform<const TILES: usize>(
    kernel: usize,
    rows: &[&[u8]; MAX_ROWS],
    channels: usize,
    tile: usize,
    mut v: [&mut [[u32; TILES]]; 2],
) {
    if kernel <= 3 {
        return block::<TILES, 0>(rows, channels, tile, &mut v);
    }
    block::<TILES, 1>(rows, channels, tile, &mut v);
    block::<TILES, 2>(rows, channels, tile, &mut v);
    block::<TILES, 3>(rows, channels, tile, &mut v);
    block::<TILES, 4>(rows, channels, tile, &mut v);
}

#[inline(never)]
fn block<const TILES: usize, const B: usize>(
    rows: &[&[u8]; MAX_ROWS],
    channels: usize,
    tile: usize,
    v: &mut [&mut [[u32; TILES]]; 2],
) {
    let Block { first_tap: (y, x), taps, .. } = const { BLOCKS[B] };
    // The last row of a block of two taps only feeds a frequency that it does not have: any row will do.
    let rows = core::array::from_fn(|r| rows[y + r.min(taps.0 + 2)].get(x * channels..).unwrap_or(&[]));
    if taps.1 == 3 {
        groups::<TILES, B, 6>(rows, channels, tile, v);
    } else {
        groups::<TILES, B, 5>(rows, channels, tile, v);
    }
}

#[inline(always)]
fn groups<const TILES: usize, const B: usize, const C: usize>(
    rows: [&[u8]; PATCH],
    channels: usize,
    tile: usize,
    [even, odd]: &mut [&mut [[u32; TILES]]; 2],
) {
    let block = const { &BLOCKS[B] };
    let Some(patch) = Patch::<PATCH, C>::new(rows, channels, channels / 4) else { return };
    let pairs = even.chunks_exact_mut(block.places.max(1)).zip(odd.chunks_exact_mut(block.places.max(1)));
    for (group, (even, odd)) in pairs.enumerate().take(patch.groups()) {
        // One check for all frequencies.
        let last = TILES * (block.places - 1);
        let Some(even) = even.as_flattened_mut().get_mut(tile..=tile + last) else { return };
        lanes::<TILES, C>(|r, c| even_u8(patch.word(r, c, group)), block, even);
        keep_apart();
        let Some(odd) = odd.as_flattened_mut().get_mut(tile..=tile + last) else { return };
        lanes::<TILES, C>(|r, c| odd_u8(patch.word(r, c, group)), block, odd);
        keep_apart();
    }
}

/// Two channels; `v` starts with the tile's first place.
#[inline(always)]
fn lanes<const TILES: usize, const C: usize>(word: impl Fn(usize, usize) -> u32, block: &Block, v: &mut [u32]) {
    let mut half = [[0; PATCH]; PATCH];
    for c in 0..C {
        let mut d: [u32; PATCH] = core::array::from_fn(|r| word(r, c));
        if c >= 4 {
            d[4] = d[4].wrapping_add(LOW_LANE_BIAS);
            d[5] = d[5].wrapping_add(LOW_LANE_BIAS);
        }
        let column = line(d);
        for r in 0..PATCH {
            half[r][c] = column[r];
        }
        keep_apart();
    }
    for (r, d) in half.into_iter().enumerate() {
        let row = line(d);
        for c in 0..PATCH {
            if let Some(value) = block.place(r, c).and_then(|place| v.get_mut(TILES * place)) {
                *value = row[c] ^ LOW_LANE_BIAS;
            }
        }
        keep_apart();
    }
}

/// B^T d of six words. A word is the integer `high * 2^16 + low`, the transform is linear, and every low lane ends positive:
/// what is borrowed in between is given back.
#[inline(always)]
pub(crate) const fn line(d: [u32; 6]) -> [u32; 6] {
    let c = d[4].wrapping_sub(d[2]);
    let e = d[3].wrapping_sub(d[1]);
    let a = d[4].wrapping_sub(d[2] << 2);
    let b = d[3].wrapping_sub(d[1] << 2);
    [
        c.wrapping_add(d[0].wrapping_sub(d[2]) << 2),
        a.wrapping_add(b),
        a.wrapping_sub(b),
        c.wrapping_add(e << 1),
        c.wrapping_sub(e << 1),
        d[5].wrapping_sub(d[3]).wrapping_sub(e << 2),
    ]
}
