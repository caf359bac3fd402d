//! V = B^T d B of every tile of a pass.

use core::ops::Range;

use super::GROUPS;
use super::scratch::{Scratch, patch_side};
use crate::arch::patch_transform::{MAX_ROWS, patch_transform};
use crate::arch::tile_outputs::TILE;
use crate::model::EncoderLayer;

/// Transforms the tiles `tiles` of a row of tiles.
pub(super) fn tiles(layer: &EncoderLayer, window: &[&[u8]], tiles: Range<usize>, scratch: &mut Scratch<'_>) {
    let count = tiles.len();
    let mut done = 0;
    while done < count {
        let first = tiles.start + done;
        done += match count - done {
            4.. if GROUPS => group::<4>(layer, window, first, done, scratch),
            2 | 3 if GROUPS => group::<2>(layer, window, first, done, scratch),
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

/// Transforms one tile, as tile `t` of the group at `done`.
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
    let (v, copied) = scratch.group_and_patch::<TILES>(done);
    let rows: [&[u8]; MAX_ROWS] = core::array::from_fn(|r| {
        if whole {
            window.get(r).and_then(|row| row.get((TILE * tile - p) * channels..)).unwrap_or(&[])
        } else {
            copied.get(r * side * channels..(r + 1) * side * channels).unwrap_or(&[])
        }
    });
    patch_transform(layer.kernel, &rows, channels, t, v);
}

/// Copies the patch of a tile that leaves the image, zeros outside.
fn copy_patch(layer: &EncoderLayer, window: &[&[u8]], tile: usize, patch: &mut [u8]) {
    let (p, channels, side) = (layer.padding(), layer.input.channels, patch_side(layer));
    patch.fill(0);
    let left = (TILE * tile).saturating_sub(p);
    let right = (TILE * tile + side).saturating_sub(p).min(layer.input.width);
    let skipped = p.saturating_sub(TILE * tile);
    for (row, copy) in window.iter().zip(patch.chunks_exact_mut((side * channels).max(1))) {
        let source = row.get(left * channels..right * channels).unwrap_or(&[]);
        let target = copy.get_mut(skipped * channels..).unwrap_or(&mut []);
        for (target, &value) in target.iter_mut().zip(source) {
            *target = value;
        }
    }
}
