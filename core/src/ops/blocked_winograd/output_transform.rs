//! From sums to outputs: A^T M D, the scale removed, the pool with its switches, requantization.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use core::ops::Range;

use super::{Filters, TILE, frequency};
use crate::arch::block_products::{FREQUENCIES, TILES};
use crate::arch::lanes::requantize_u8;
use crate::arch::patch::keep_apart;
use crate::model::EncoderLayer;
use crate::ops::winograd::output_line;
use crate::ops::write_switch;

/// 1/3 modulo 2^32.
const INVERSE_OF_3: u32 = 0xaaaa_aaab;
/// Powers of two in `2 scale = 48, 24, 12, 12`.
const SCALE_BITS: [u32; TILE.1] = [4, 3, 2, 2];
/// What adds a bias b to every accumulator: column 1 of A^T is 1, column 1 of D^T is -scale / 6.
const BIAS_FACTOR: u32 = 12u32.wrapping_neg();

/// Which outputs a group of tiles gives.
pub(super) struct Place {
    /// The first of two filters.
    pub(super) filter: usize,
    /// The tiles of the row of tiles, four at most.
    pub(super) tiles: Range<usize>,
}

/// Outputs of a group of tiles for two filters.
#[inline(never)]
pub(super) fn tiles(
    layer: &EncoderLayer,
    filters: &Filters<'_>,
    place: Place,
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    for output in 0..2 {
        let filter = place.filter + output;
        let (multiplier, bias) = (filters.multiplier(filter), filters.bias(filter));
        for (t, tile) in place.tiles.clone().enumerate() {
            // One check for all frequencies.
            let (first, last) = (2 * t + output, 2 * TILES * (FREQUENCIES - 1));
            let sums = sums.as_flattened().as_flattened();
            let Some(sums) = sums.get(first..=first + last) else { return };
            let rows = columns(bias, |f| sums.get(2 * TILES * f).copied().unwrap_or(0));
            if layer.pool {
                pooled(layer, &rows, multiplier, (tile, filter), out, switches);
            } else {
                unpooled(layer, &rows, multiplier, (tile, filter), out);
            }
        }
    }
}

/// A^T M: two rows of six sums.
#[inline(always)]
fn columns(bias: i32, sum: impl Fn(usize) -> u32) -> [[u32; 6]; TILE.0] {
    let mut rows = [[0; 6]; TILE.0];
    for c in 0..6 {
        let mut m: [u32; 4] = core::array::from_fn(|r| sum(frequency(r, c)));
        if c == 1 {
            m[1] = m[1].wrapping_add((bias as u32).wrapping_mul(BIAS_FACTOR));
        }
        rows[0][c] = m[0].wrapping_add(m[1]).wrapping_add(m[2]);
        rows[1][c] = m[1].wrapping_sub(m[2]).wrapping_sub(m[3]);
        keep_apart();
    }
    rows
}

/// Two windows of a tile: the maximum of four accumulators, and which it was, in one chain of comparisons, since each is four
/// times the accumulator plus 3 to 0.
#[inline(always)]
fn pooled(
    layer: &EncoderLayer,
    rows: &[[u32; 6]; TILE.0],
    multiplier: i32,
    (tile, filter): (usize, usize),
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    let Some(out) = out.first_mut() else { return };
    let (upper, lower) = (output_line(rows[0]), output_line(rows[1]));
    for x in 0..2 {
        let column = 2 * tile + x;
        if column >= layer.output.width {
            break;
        }
        let numbered = |value: u32, c: usize, index: i32| {
            ((value.wrapping_mul(INVERSE_OF_3) as i32) >> (SCALE_BITS[2 * x + c] - 2)) + 3 - index
        };
        let largest = numbered(upper[2 * x], 0, 0)
            .max(numbered(upper[2 * x + 1], 1, 1))
            .max(numbered(lower[2 * x], 0, 2))
            .max(numbered(lower[2 * x + 1], 1, 3));
        let index = column * layer.output.channels + filter;
        if let Some(value) = out.get_mut(index) {
            *value = requantize_u8(largest >> 2, multiplier);
        }
        if let Some(row) = switches.first_mut() {
            write_switch(row, index, !largest as u8 & 3);
        }
    }
}

#[inline(always)]
fn unpooled(
    layer: &EncoderLayer,
    rows: &[[u32; 6]; TILE.0],
    multiplier: i32,
    (tile, filter): (usize, usize),
    out: &mut [&mut [u8]],
) {
    for (row, out) in rows.iter().zip(out) {
        let values = output_line(*row);
        for x in 0..TILE.1 {
            let column = TILE.1 * tile + x;
            if column >= layer.output.width {
                break;
            }
            let acc = (values[x].wrapping_mul(INVERSE_OF_3) as i32) >> SCALE_BITS[x];
            if let Some(value) = out.get_mut(column * layer.output.channels + filter) {
                *value = requantize_u8(acc, multiplier);
            }
        }
        keep_apart();
    }
}
