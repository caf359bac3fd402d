//! V = B^T d B of every tile of a pass, two channels a word.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use core::ops::Range;

use super::scratch::{Scratch, patch_side};
use super::{LOW_LANE_OFFSET, PATCH, TILE, block_at, block_taps, blocks_a_side, frequency};
use crate::arch::lanes::{even_u8, odd_u8, separate, subtract};
use crate::arch::patch::{Patch, keep_apart};
use crate::arch::products::FREQUENCIES;
use crate::model::EncoderLayer;

/// Transforms the tiles `tiles` of a row of tiles.
pub(super) fn tiles(layer: &EncoderLayer, window: &[&[u8]], tiles: Range<usize>, scratch: &mut Scratch<'_>) {
    let count = tiles.len();
    let mut done = 0;
    while done < count {
        let first = tiles.start + done;
        done += match count - done {
            4.. => group::<4>(layer, window, first, done, scratch),
            2 | 3 => group::<2>(layer, window, first, done, scratch),
            _ => group::<1>(layer, window, first, done, scratch),
        };
    }
}

fn group<const TILES: usize>(
    layer: &EncoderLayer,
    window: &[&[u8]],
    first: usize,
    done: usize,
    scratch: &mut Scratch<'_>,
) -> usize {
    for t in 0..TILES {
        tile::<TILES>(layer, window, first + t, (done, t), scratch);
    }
    TILES
}

/// Transforms one tile through all blocks, as tile `t` of the group at `done`.
fn tile<const TILES: usize>(
    layer: &EncoderLayer,
    window: &[&[u8]],
    tile: usize,
    (done, t): (usize, usize),
    scratch: &mut Scratch<'_>,
) {
    let (p, channels, side) = (layer.padding(), layer.input.channels, patch_side(layer));
    let inside = TILE * tile >= p && TILE * tile + side <= layer.input.width + p;
    let whole = inside && window.len() >= side && window.iter().take(side).all(|row| !row.is_empty());
    if !whole {
        copy_patch(layer, window, tile, scratch.patch);
    }
    let (v, copied) = scratch.group_and_patch::<TILES>(done);
    let pairs = channels / 2;
    for index in 0..blocks_a_side(layer.kernel).pow(2) {
        let (block_y, block_x) = block_at(layer.kernel, index);
        let (taps_y, taps_x) = (block_taps(layer.kernel, block_y), block_taps(layer.kernel, block_x));
        let rows: [&[u8]; PATCH] = core::array::from_fn(|r| {
            // The last row of a block of two taps only feeds a frequency that it does not have: any row will do.
            let r = 3 * block_y + r.min(taps_y + TILE - 2);
            let (row, column) = if whole {
                (window.get(r).copied().unwrap_or(&[]), TILE * tile - p + 3 * block_x)
            } else {
                (copied.get(r * side * channels..(r + 1) * side * channels).unwrap_or(&[]), 3 * block_x)
            };
            row.get(column * channels..).unwrap_or(&[])
        });
        let v = v.get_mut(index * pairs..(index + 1) * pairs).unwrap_or(&mut []);
        // Nor is there a last column.
        if taps_x == 3 {
            block::<TILES, 6>(rows, channels, t, v);
        } else {
            block::<TILES, 5>(rows, channels, t, v);
        }
    }
}

/// Copies the patch of a tile that leaves the image, zeros outside.
fn copy_patch(layer: &EncoderLayer, window: &[&[u8]], tile: usize, patch: &mut [u8]) {
    let (p, channels, side) = (layer.padding(), layer.input.channels, patch_side(layer));
    patch.fill(0);
    let left = (TILE * tile).saturating_sub(p);
    let right = (TILE * tile + side).saturating_sub(p).min(layer.input.width);
    let skipped = p.saturating_sub(TILE * tile);
    for (row, copy) in window.iter().zip(patch.chunks_exact_mut(side * channels)) {
        let source = row.get(left * channels..right * channels).unwrap_or(&[]);
        let target = copy.get_mut(skipped * channels..).unwrap_or(&mut []);
        for (target, &value) in target.iter_mut().zip(source) {
            *target = value;
        }
    }
}

/// One block of a tile: `C` columns of the six rows.
#[inline(never)]
fn block<const TILES: usize, const C: usize>(
    rows: [&[u8]; PATCH],
    channels: usize,
    t: usize,
    v: &mut [[[u32; TILES]; FREQUENCIES]],
) {
    let Some(patch) = Patch::<PATCH, C>::new(rows, channels, channels / 4) else { return };
    for (group, pairs) in v.as_chunks_mut::<2>().0.iter_mut().enumerate().take(patch.groups()) {
        let [even, odd] = pairs;
        // One check for all frequencies.
        let last = TILES * (FREQUENCIES - 1);
        let Some(even) = even.as_flattened_mut().get_mut(t..=t + last) else { return };
        lanes::<TILES, C>(|r, c| even_u8(patch.word(r, c, group)), even);
        keep_apart();
        let Some(odd) = odd.as_flattened_mut().get_mut(t..=t + last) else { return };
        lanes::<TILES, C>(|r, c| odd_u8(patch.word(r, c, group)), odd);
        keep_apart();
    }
}

/// Two channels of one block; `v` starts with the tile's first frequency.
#[inline(always)]
fn lanes<const TILES: usize, const C: usize>(word: impl Fn(usize, usize) -> u32, v: &mut [u32]) {
    let mut half = [[0; PATCH]; PATCH];
    for c in 0..C {
        let mut d: [u32; PATCH] = core::array::from_fn(|r| word(r, c));
        if c >= 4 {
            d[4] = d[4].wrapping_add(LOW_LANE_OFFSET);
            d[5] = d[5].wrapping_add(LOW_LANE_OFFSET);
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
            if let Some(value) = v.get_mut(TILES * frequency(r, c)) {
                *value = separate(subtract(row[c], LOW_LANE_OFFSET));
            }
        }
        keep_apart();
    }
}

/// B^T d of six words. A word is the integer `high * 2^16 + low`, the transform is linear, and every low lane ends positive: what
/// is borrowed in between is given back.
#[inline(always)]
const fn line(d: [u32; 6]) -> [u32; 6] {
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
