//! V = B^T d C of every tile of a pass, two channels a word, for a part of the channels.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use core::ops::Range;

use super::scratch::{Scratch, patch_sides};
use super::{TILE, frequency, length, part};
use crate::arch::block_products::{FREQUENCIES, TILES};
use crate::arch::block_transforms::transform_values;
use crate::arch::lanes::{even_u8, odd_u8};
use crate::arch::patch::{Patch, keep_apart};
use crate::arch::portable::patch_transform::LOW_LANE_BIAS;
use crate::model::EncoderLayer;
use crate::ops::winograd::{block_at, block_taps, blocks_a_side, input_line};

/// Rows of a patch.
const ROWS: usize = 4;

/// Transforms the tiles `tiles` of a row of tiles. Those that are missing in the last group keep old contents.
pub(super) fn tiles(
    layer: &EncoderLayer,
    window: &[&[u8]],
    tiles: Range<usize>,
    channels: Range<usize>,
    scratch: &mut Scratch<'_>,
) {
    for (index, at) in tiles.enumerate() {
        tile(layer, window, at, channels.clone(), (index / TILES, index % TILES), scratch);
    }
}

/// Transforms one tile through all blocks, as tile `t` of `group`.
fn tile(
    layer: &EncoderLayer,
    window: &[&[u8]],
    tile: usize,
    part_of: Range<usize>,
    (group, t): (usize, usize),
    scratch: &mut Scratch<'_>,
) {
    let (p, channels, (height, width)) = (layer.padding(), layer.input.channels, patch_sides(layer));
    let inside = TILE.1 * tile >= p && TILE.1 * tile + width <= layer.input.width + p;
    let whole = inside && window.len() >= height && window.iter().take(height).all(|row| !row.is_empty());
    if !whole {
        copy_patch(layer, window, tile, part_of.clone(), scratch.patch);
    }
    let (v, copied) = scratch.group_and_patch(group);
    let (pairs, stride) = (length(&part_of) / 2, if whole { channels } else { length(&part_of) });
    for index in 0..blocks_a_side(layer.kernel).pow(2) {
        let (block_y, block_x) = block_at(layer.kernel, index);
        let (taps_y, taps_x) = (block_taps(layer.kernel, block_y), block_taps(layer.kernel, block_x));
        let rows: [&[u8]; ROWS] = core::array::from_fn(|r| {
            // The last row of a block of two taps only feeds a frequency that it does not have: any row will do.
            let r = 3 * block_y + r.min(taps_y);
            if whole {
                let start = (TILE.1 * tile - p + 3 * block_x) * channels + part_of.start;
                window.get(r).and_then(|row| row.get(start..)).unwrap_or(&[])
            } else {
                part(copied, (r * width + 3 * block_x) * stride..(r + 1) * width * stride)
            }
        });
        let v = v.get_mut(index * pairs..(index + 1) * pairs).unwrap_or(&mut []);
        // Nor is there a last column.
        if taps_x == 3 {
            block::<6>(rows, stride, pairs / 2, t, v);
        } else {
            block::<5>(rows, stride, pairs / 2, t, v);
        }
    }
}

/// Copies the channels `part_of` of the patch of a tile that leaves the image, zeros outside.
fn copy_patch(layer: &EncoderLayer, window: &[&[u8]], tile: usize, part_of: Range<usize>, patch: &mut [u8]) {
    let (p, channels, (height, width)) = (layer.padding(), layer.input.channels, patch_sides(layer));
    let stride = length(&part_of).max(1);
    patch.fill(0);
    let left = (TILE.1 * tile).saturating_sub(p);
    let right = (TILE.1 * tile + width).saturating_sub(p).min(layer.input.width);
    let skipped = p.saturating_sub(TILE.1 * tile);
    for (row, copy) in window.iter().take(height).zip(patch.chunks_exact_mut((width * stride).max(1))) {
        let source = part(row, left * channels..right * channels).chunks_exact(channels.max(1));
        let target = copy.chunks_exact_mut(stride.max(1)).skip(skipped);
        for (target, pixel) in target.zip(source) {
            for (target, &value) in target.iter_mut().zip(part(pixel, part_of.clone())) {
                *target = value;
            }
        }
    }
}

/// One block of a tile: `C` columns of the four rows.
#[inline(never)]
fn block<const C: usize>(
    rows: [&[u8]; ROWS],
    stride: usize,
    quads: usize,
    t: usize,
    v: &mut [[[u32; TILES]; FREQUENCIES]],
) {
    if transform_values::<C>(rows, stride, quads, t, v) {
        return;
    }
    let Some(patch) = Patch::<ROWS, C>::new(rows, stride, quads) else { return };
    for (quad, pairs) in v.as_chunks_mut::<2>().0.iter_mut().enumerate().take(patch.groups()) {
        let [even, odd] = pairs;
        // One check for all frequencies.
        let last = TILES * (FREQUENCIES - 1);
        let Some(even) = even.as_flattened_mut().get_mut(t..=t + last) else { return };
        lanes::<C>(|r, c| even_u8(patch.word(r, c, quad)), even);
        keep_apart();
        let Some(odd) = odd.as_flattened_mut().get_mut(t..=t + last) else { return };
        lanes::<C>(|r, c| odd_u8(patch.word(r, c, quad)), odd);
        keep_apart();
    }
}

/// Two channels of one block; `v` starts with the tile's first frequency. Words of the patch are loaded again for every row of
/// frequencies: that costs no more than to spill them.
#[inline(always)]
fn lanes<const C: usize>(word: impl Fn(usize, usize) -> u32, v: &mut [u32]) {
    let mut row = |r: usize, combined: &dyn Fn(usize) -> u32| {
        let d = core::array::from_fn(|c| match c {
            _ if c >= C => 0,
            // Columns 4 and 5 of C sum to 1 in every row: every low lane rises alike.
            4 | 5 => combined(c).wrapping_add(LOW_LANE_BIAS),
            _ => combined(c),
        });
        let row = input_line(d);
        for c in 0..6 {
            if let Some(value) = v.get_mut(TILES * frequency(r, c)) {
                *value = row[c] ^ LOW_LANE_BIAS;
            }
        }
        keep_apart();
    };
    row(0, &|c| word(0, c).wrapping_sub(word(2, c)));
    row(1, &|c| word(1, c).wrapping_add(word(2, c)));
    row(2, &|c| word(2, c).wrapping_sub(word(1, c)));
    row(3, &|c| word(1, c).wrapping_sub(word(3, c)));
}
