//! Channels that do not fill vectors: those of all blocks of a kernel side by side, as if they were one block's.

use super::scratch::Staged;
use super::{LANES, PATCH, TILE, block_taps, blocks_a_side};
use crate::arch::vectors::{Block, Vector, clear, pack, stage_quad};
use crate::model::EncoderLayer;

/// Packs the patch of one tile: `[row][column]` of the six, `pitch` bytes a pixel; what lies behind a pixel's channels counts
/// nothing, as the filters have zeros there.
pub(super) fn pack_patch(layer: &EncoderLayer, window: &[&[u8]], tile: usize, pitch: usize, patch: &mut [u8]) {
    let (p, channels, width) = (layer.padding(), layer.input.channels, layer.input.width);
    let blocks = blocks_a_side(layer.kernel);
    let (start, side) = (TILE * tile, TILE + layer.kernel - 1);
    let inside = start >= p && start + side <= width + p;
    if !inside || window.len() < side || window.iter().take(side).any(|row| row.is_empty()) {
        clear(patch);
    }
    for index in 0..blocks.pow(2) {
        let (block_y, block_x) = (index / blocks, index % blocks);
        let left = start + 3 * block_x;
        let (first, skipped) = (left.saturating_sub(p), p.saturating_sub(left));
        let end = (left + block_taps(layer.kernel, block_x) + TILE - 1).saturating_sub(p).min(width);
        for r in 0..block_taps(layer.kernel, block_y) + TILE - 1 {
            let row = window.get(3 * block_y + r).and_then(|row| row.get(first * channels..end * channels));
            let to = patch.get_mut((r * PATCH + skipped) * pitch + index * channels..);
            if let (Some(row), Some(to)) = (row, to) {
                pack(row, channels, pitch, to);
            }
        }
    }
}

/// Stages the packed taps of a filter, a few vectors at a time; `take` is told the first of them.
pub(super) fn stage_filter(
    layer: &EncoderLayer,
    taps: &[i8],
    staged: &mut Staged,
    mut take: impl FnMut(usize, &[[Vector; 9]]),
) {
    let (k, channels) = (layer.kernel, layer.input.channels);
    let blocks = blocks_a_side(k);
    let all = blocks.pow(2) * channels;
    let depth = all.div_ceil(LANES);
    let (mut block, mut channel) = (0, 0);
    for first in (0..depth).step_by(staged.len().max(1)) {
        for (half, vector) in (0..2 * staged.len()).map(|quad| (quad % 2, quad / 2)) {
            let Some(taps_of_vector) = staged.get_mut(vector) else { continue };
            let (block_y, block_x) = (block / blocks, block % blocks);
            // Behind the last block the filter has zeros.
            let rows = if block_y < blocks { block_taps(k, block_y) } else { 0 };
            let shape = Block { tap: channels, row: k * channels, rows, columns: block_taps(k, block_x) };
            let start = 3 * (block_y * k + block_x) * channels + channel;
            stage_quad(taps.get(start..).unwrap_or(&[]), shape, taps_of_vector, half);
            channel += 4;
            if channel == channels {
                (block, channel) = (block + 1, 0);
            }
        }
        take(first, staged.get(..(depth - first).min(staged.len())).unwrap_or(&[]));
    }
}
