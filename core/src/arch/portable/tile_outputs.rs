//! From the sums of a Winograd convolution to its outputs: A^T M A, the scale removed, the pool with its switches,
//! requantization.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use super::lanes::requantize_u8;
use super::patch::keep_apart;
use super::products::{FREQUENCIES, frequency};

/// Side of a tile of outputs.
pub const TILE: usize = 4;
/// 1/9 modulo 2^32.
const INVERSE_OF_9: u32 = 0x38e3_8e39;
/// Powers of two in `scale = 24, 12, 6, 6`.
const SCALE_BITS: [u32; TILE] = [3, 2, 1, 1];

/// What the seeds of the sums of two filters start from: frequency, row, column and value; all others are 0. Through A^T and A
/// they become what numbers the four accumulators of a window, whatever the scale: with it, 2 bits below an accumulator are 3,
/// 2, 1, 0.
pub const NUMBERING: [(usize, u32); 4] =
    [(frequency(1, 1), 18), (frequency(2, 1), 9), (frequency(1, 2), 3), (frequency(1, 3), 3)];

/// Two rows of pooled outputs of `TILES` tiles, two filters.
///
/// - `sums`: products of a convolution, with [`NUMBERING`] in their seeds.
/// - `out`: two rows, each from the tiles' first window and the first filter on; the next window is `channels` further.
/// - `switches`: rows packed with 2 bits an output, the first filter's window in the first byte, the next window `channels / 4`
///   bytes further; or empty ones. The pair of filters has the upper half of its byte where `upper`, else the lower one, and
///   then the upper one is zeroed.
#[inline(never)]
pub fn pooled_outputs<const TILES: usize>(
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    multipliers: [i32; 2],
    channels: usize,
    out: [&mut [u8]; 2],
    switches: [&mut [u8]; 2],
    upper: bool,
) {
    for t in 0..TILES {
        let mut pairs = [[0; 2]; 2];
        for output in 0..2 {
            let rows = columns(sums, t, output);
            for y in 0..2 {
                let (above, below) = (line(rows[2 * y]), line(rows[2 * y + 1]));
                for x in 0..2 {
                    let numbered = |value: u32, r: usize, c: usize| {
                        let bits = SCALE_BITS[2 * y + r] + SCALE_BITS[2 * x + c];
                        (value.wrapping_mul(INVERSE_OF_9) as i32) >> (bits - 2)
                    };
                    let largest = numbered(above[2 * x], 0, 0)
                        .max(numbered(above[2 * x + 1], 0, 1))
                        .max(numbered(below[2 * x], 1, 0))
                        .max(numbered(below[2 * x + 1], 1, 1));
                    if let Some(value) = out[y].get_mut((2 * t + x) * channels + output) {
                        *value = requantize_u8(largest >> 2, multipliers[output]);
                    }
                    pairs[y][x] |= (!largest as u8 & 3) << (2 * output);
                }
                keep_apart();
            }
        }
        for y in 0..2 {
            for x in 0..2 {
                if let Some(byte) = switches[y].get_mut((2 * t + x) * (channels / 4)) {
                    *byte = if upper { *byte | (pairs[y][x] << 4) } else { pairs[y][x] };
                }
            }
        }
    }
}

/// Four rows of outputs of `TILES` tiles without a pool, two filters.
///
/// - `sums`: as in [`pooled_outputs`].
/// - `out`: four rows, each from the tiles' first column and the first filter on; the next column is `channels` further.
#[inline(never)]
pub fn plain_outputs<const TILES: usize>(
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    multipliers: [i32; 2],
    channels: usize,
    out: [&mut [u8]; TILE],
) {
    for t in 0..TILES {
        for output in 0..2 {
            let rows = columns(sums, t, output);
            for y in 0..TILE {
                let values = line(rows[y]);
                for x in 0..TILE {
                    // What numbers the accumulators lies below them.
                    let acc = (values[x].wrapping_mul(INVERSE_OF_9) as i32) >> (SCALE_BITS[y] + SCALE_BITS[x]);
                    if let Some(value) = out[y].get_mut((TILE * t + x) * channels + output) {
                        *value = requantize_u8(acc, multipliers[output]);
                    }
                }
                keep_apart();
            }
        }
    }
}

/// A^T M of one tile and filter: four rows of six sums.
#[inline(always)]
fn columns<const TILES: usize>(
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    tile: usize,
    output: usize,
) -> [[u32; 6]; TILE] {
    let (first, last) = (2 * tile + output, 2 * TILES * (FREQUENCIES - 1));
    // One check for all frequencies.
    let sums = sums.as_flattened().as_flattened().get(first..=first + last).unwrap_or(&[]);
    let sum = |f| sums.get(2 * TILES * f).copied().unwrap_or(0);
    let mut rows = [[0; 6]; TILE];
    for c in 0..6 {
        let column = line(core::array::from_fn(|r| sum(frequency(r, c))));
        for r in 0..TILE {
            rows[r][c] = column[r];
        }
        keep_apart();
    }
    rows
}

/// A^T m of six sums.
#[inline(always)]
pub(crate) const fn line(m: [u32; 6]) -> [u32; TILE] {
    let (s, d) = (m[1].wrapping_add(m[2]), m[1].wrapping_sub(m[2]));
    let (far_s, far_d) = (m[3].wrapping_add(m[4]), m[3].wrapping_sub(m[4]));
    [
        far_s.wrapping_sub(s << 2).wrapping_add(m[0].wrapping_mul(6)),
        far_d.wrapping_sub(d << 1),
        far_s.wrapping_sub(s),
        (far_d << 1).wrapping_sub(d).wrapping_add(m[5].wrapping_mul(6)),
    ]
}
