//! Where the low lane of a packed sum stays within its 24 bits.

use zerocopy::little_endian::I32;

use super::{TAPS, filter_parts};
use crate::model::DecoderLayer;

/// Accumulators of low lanes stay below this.
const MAX_LOW_LANE: i64 = 1 << 23;

/// In how many parts the filters must be cut so that every part is exact; none where even parts of four filters are not.
///
/// - `weights`: `[filter][ky][kx][channel]`.
/// - `ratios`: m, one a filter.
/// - `bias`: one a channel; it counts with the first part.
pub fn gather_parts(layer: &DecoderLayer, weights: &[i8], ratios: &[u8], bias: &[I32]) -> Option<usize> {
    let size = TAPS * layer.output.channels;
    let largest = |parts: usize| {
        let bounds = filter_parts(layer, parts).flat_map(|filters| {
            let ratios = ratios.get(filters.clone()).unwrap_or(&[]);
            let weights = weights.get(filters.start * size..filters.end * size).unwrap_or(&[]);
            bias.iter().enumerate().map(move |(channel, bias)| {
                let bias = if filters.start == 0 { bias.get() } else { 0 };
                gather_bound(layer, weights, ratios, bias, channel)
            })
        });
        bounds.max().unwrap_or(0)
    };
    let most = layer.input.channels / 4;
    let mut parts = 1;
    loop {
        let bound = largest(parts);
        if bound < MAX_LOW_LANE {
            return Some(parts);
        }
        if parts >= most {
            return None;
        }
        // About as many times more as the bound is too large.
        let needed = (parts as i64 * bound).div_euclid(MAX_LOW_LANE) as usize;
        parts = needed.clamp(parts + 1, most);
    }
}

/// Taps of one axis that lie in the same cell, for an even and an odd output.
const GROUPS: [[&[usize]; 2]; 2] = [[&[0, 1], &[2]], [&[0], &[1, 2]]];

/// The largest magnitude of an accumulator of output channel `channel` that shares a word's low lane, 0 for one in a high
/// lane. The gather is exact where it is below 2^23 for every channel.
///
/// Only the final sum counts: a lane that leaves its range on the way borrows from the other and gives back. A cell holds one
/// value a filter, at any of its positions or none, so its largest weight of either sign counts; the four parities of
/// an output group the taps into cells differently, the worst counts. `weights` is `[filter][ky][kx][channel]`, `ratios` is
/// m, one a filter.
pub fn gather_bound(layer: &DecoderLayer, weights: &[i8], ratios: &[u8], bias: i32, channel: usize) -> i64 {
    // Words hold channels (0,3), (1,2), (4,7), (5,6), low lane first.
    if channel & 2 != 0 {
        return 0;
    }
    let channels = layer.output.channels;
    let mut worst = 0;
    for rows in GROUPS {
        for columns in GROUPS {
            let (mut most, mut least) = (i64::from(bias), i64::from(bias));
            for (filter, &ratio) in weights.chunks_exact((TAPS * channels).max(1)).zip(ratios) {
                let scale = 255 * i64::from(ratio);
                for (&rows, &columns) in rows.iter().flat_map(|r| columns.iter().map(move |c| (r, c))) {
                    let taps = rows.iter().flat_map(|&ky| columns.iter().map(move |&kx| 3 * ky + kx));
                    let of_cell = taps.filter_map(|tap| filter.get(tap * channels + channel).copied());
                    let (low, high) = of_cell.fold((0, 0), |(low, high), w| (w.min(low), w.max(high)));
                    most += scale * i64::from(high);
                    least += scale * i64::from(low);
                }
            }
            worst = worst.max(most.abs()).max(least.abs());
        }
    }
    worst
}
