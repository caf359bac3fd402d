//! V = B^T d B of every tile of a pass.

use core::ops::Range;

use super::scratch::{Scratch, patch_side};
use super::{block_at, block_taps, blocks_a_side};
use crate::arch::patch_transform::{PATCH, patch_transform};
use crate::arch::tile_outputs::TILE;
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
            patch_transform::<TILES, 6>(rows, channels, t, v);
        } else {
            patch_transform::<TILES, 5>(rows, channels, t, v);
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
