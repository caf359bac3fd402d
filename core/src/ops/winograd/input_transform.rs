//! V = B^T d B of every tile of a pass.

use core::ops::Range;

use super::blocks;
use super::scratch::{Scratch, patch_side};
use crate::arch::blocks::BLOCKS;
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
        copy_patch(layer, window, tile, scratch.patch());
    }
    let ([even, odd], copied) = scratch.group_and_patch::<TILES>(done);
    for index in blocks(layer.kernel) {
        let Some(block) = BLOCKS.get(index) else { return };
        let (first_row, first_column) = block.first_tap;
        let rows: [&[u8]; PATCH] = core::array::from_fn(|r| {
            // The last row of a block of two taps only feeds a frequency that it does not have: any row will do.
            let r = first_row + r.min(block.taps.0 + TILE - 2);
            let (row, column) = if whole {
                (window.get(r).copied().unwrap_or(&[]), TILE * tile - p + first_column)
            } else {
                (copied.get(r * side * channels..(r + 1) * side * channels).unwrap_or(&[]), first_column)
            };
            row.get(column * channels..).unwrap_or(&[])
        });
        let transform = match index {
            0 => patch_transform::<TILES, 0>,
            1 => patch_transform::<TILES, 1>,
            2 => patch_transform::<TILES, 2>,
            3 => patch_transform::<TILES, 3>,
            _ => patch_transform::<TILES, 4>,
        };
        transform(rows, channels, t, [even, odd]);
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
