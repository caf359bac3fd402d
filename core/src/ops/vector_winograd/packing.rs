//! Channels that do not fill vectors: those of all blocks of a kernel side by side, as if they were one block's.

use super::super::winograd::{block_taps, blocks_a_side};
use super::{LANES, PATCH, TILE};
use crate::arch::vectors::{Vector, pack};
use crate::model::EncoderLayer;

/// Vectors whose taps are staged at a time.
const STAGED: usize = 4;

/// Packs the patch of one tile: `[row][column]` of the six, `pitch` bytes a pixel; what lies behind a pixel's channels counts
/// nothing, as the filters have zeros there.
pub(super) fn pack_patch(layer: &EncoderLayer, window: &[&[u8]], tile: usize, pitch: usize, patch: &mut [u8]) {
    let (p, channels, width) = (layer.padding(), layer.input.channels, layer.input.width);
    let blocks = blocks_a_side(layer.kernel);
    let (start, side) = (TILE * tile, TILE + layer.kernel - 1);
    let inside = start >= p && start + side <= width + p;
    if !inside || window.len() < side || window.iter().take(side).any(|row| row.is_empty()) {
        patch.fill(0);
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
pub(super) fn stage_filter(layer: &EncoderLayer, taps: &[i8], mut take: impl FnMut(usize, &[[Vector; 9]])) {
    let (k, channels) = (layer.kernel, layer.input.channels);
    let blocks = blocks_a_side(k);
    let all = blocks.pow(2) * channels;
    let depth = all.div_ceil(LANES);
    for first in (0..depth).step_by(STAGED) {
        let mut staged = [[[0; LANES]; 9]; STAGED];
        for (vector, block_taps) in staged.iter_mut().enumerate() {
            for quad in 0..2 {
                let lane = (first + vector) * LANES + 4 * quad;
                if lane >= all {
                    continue;
                }
                let (block, channel) = (lane / channels, lane % channels);
                let (y, x) = (3 * (block / blocks), 3 * (block % blocks));
                for (tap, lanes) in block_taps.iter_mut().enumerate() {
                    let (y, x) = (y + tap / 3, x + tap % 3);
                    let weights = taps.get((y * k + x) * channels + channel..).and_then(|taps| taps.first_chunk::<4>());
                    let lanes = lanes.as_chunks_mut::<4>().0.get_mut(quad);
                    if let (Some(lanes), Some(weights)) = (lanes, weights.filter(|_| y < k && x < k)) {
                        *lanes = weights.map(i16::from);
                    }
                }
            }
        }
        take(first, staged.get(..(depth - first).min(STAGED)).unwrap_or(&[]));
    }
}
