//! From sums to outputs: A^T M A, the scale removed, the pool with its switches, requantization.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use super::{TILE, frequency};
use crate::arch::lanes::requantize_u8;
use crate::arch::patch::keep_apart;
use crate::arch::products::FREQUENCIES;
use crate::model::{ConvolutionArrays, EncoderLayer};
use crate::ops::write_switch;

/// 1/9 modulo 2^32.
const INVERSE_OF_9: u32 = 0x38e3_8e39;
/// Powers of two in `scale = 24, 12, 6, 6`.
const SCALE_BITS: [u32; TILE] = [3, 2, 1, 1];

/// Which outputs a group of tiles gives.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The first of two filters.
    pub(super) filter: usize,
    /// The first tile of the row of tiles.
    pub(super) tile: usize,
}

/// Outputs of a group of tiles for two filters.
#[inline(never)]
pub(super) fn tiles<const TILES: usize>(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    place: Place,
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    for output in 0..2 {
        let filter = place.filter + output;
        let multiplier = arrays.multipliers.get(filter).map_or(0, |multiplier| multiplier.get());
        for t in 0..TILES {
            // One check for all frequencies.
            let (first, last) = (2 * t + output, 2 * TILES * (FREQUENCIES - 1));
            let sums = sums.as_flattened().as_flattened();
            let Some(sums) = sums.get(first..=first + last) else { return };
            let rows = columns(|f| sums.get(2 * TILES * f).copied().unwrap_or(0));
            if layer.pool {
                pooled(layer, &rows, multiplier, (place.tile + t, filter), out, switches);
            } else {
                unpooled(layer, &rows, multiplier, (place.tile + t, filter), out);
            }
        }
    }
}

/// A^T M: four rows of six sums.
#[inline(always)]
fn columns(sum: impl Fn(usize) -> u32) -> [[u32; 6]; TILE] {
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
pub(in crate::ops) const fn line(m: [u32; 6]) -> [u32; TILE] {
    let (s, d) = (m[1].wrapping_add(m[2]), m[1].wrapping_sub(m[2]));
    let (far_s, far_d) = (m[3].wrapping_add(m[4]), m[3].wrapping_sub(m[4]));
    [
        far_s.wrapping_sub(s << 2).wrapping_add(m[0].wrapping_mul(6)),
        far_d.wrapping_sub(d << 1),
        far_s.wrapping_sub(s),
        (far_d << 1).wrapping_sub(d).wrapping_add(m[5].wrapping_mul(6)),
    ]
}

/// Four windows of a tile: the maximum of four accumulators, and which it was, in one chain of comparisons, since each is four
/// times the accumulator plus 3 to 0.
#[inline(always)]
fn pooled(
    layer: &EncoderLayer,
    rows: &[[u32; 6]; TILE],
    multiplier: i32,
    (tile, filter): (usize, usize),
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    for y in 0..2 {
        let Some(out) = out.get_mut(y) else { return };
        let (upper, lower) = (line(rows[2 * y]), line(rows[2 * y + 1]));
        for x in 0..2 {
            let column = 2 * tile + x;
            if column >= layer.output.width {
                break;
            }
            let numbered = |value: u32, r: usize, c: usize, index: i32| {
                let bits = SCALE_BITS[2 * y + r] + SCALE_BITS[2 * x + c];
                ((value.wrapping_mul(INVERSE_OF_9) as i32) >> (bits - 2)) + 3 - index
            };
            let largest = numbered(upper[2 * x], 0, 0, 0)
                .max(numbered(upper[2 * x + 1], 0, 1, 1))
                .max(numbered(lower[2 * x], 1, 0, 2))
                .max(numbered(lower[2 * x + 1], 1, 1, 3));
            let index = column * layer.output.channels + filter;
            if let Some(value) = out.get_mut(index) {
                *value = requantize_u8(largest >> 2, multiplier);
            }
            if let Some(row) = switches.get_mut(y) {
                write_switch(row, index, !largest as u8 & 3);
            }
        }
        keep_apart();
    }
}

#[inline(always)]
fn unpooled(
    layer: &EncoderLayer,
    rows: &[[u32; 6]; TILE],
    multiplier: i32,
    (tile, filter): (usize, usize),
    out: &mut [&mut [u8]],
) {
    for y in 0..TILE {
        let Some(out) = out.get_mut(y) else { return };
        let values = line(rows[y]);
        for x in 0..TILE {
            let column = TILE * tile + x;
            if column >= layer.output.width {
                break;
            }
            let acc = (values[x].wrapping_mul(INVERSE_OF_9) as i32) >> (SCALE_BITS[y] + SCALE_BITS[x]);
            if let Some(value) = out.get_mut(column * layer.output.channels + filter) {
                *value = requantize_u8(acc, multiplier);
            }
        }
        keep_apart();
    }
}
