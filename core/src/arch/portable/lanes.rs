//! Two lanes of 16 bits in a word, and the end of an accumulator.
//!
//! Four bytes become two words of lanes: *even* (bytes 0 and 2) and *odd* (bytes 1 and 3), the first in the low lane.

use super::patch::keep_apart;
use crate::numeric::multiply_high_rounded;

/// Bytes 0 and 2 as unsigned lanes.
#[inline(always)]
pub const fn even_u8(bytes: u32) -> u32 {
    bytes & 0x00ff_00ff
}

/// Bytes 1 and 3 as unsigned lanes.
#[inline(always)]
pub const fn odd_u8(bytes: u32) -> u32 {
    (bytes >> 8) & 0x00ff_00ff
}

/// Bytes 0 and 2 as signed lanes, to be [separated](separate).
#[inline(always)]
pub const fn even_i8(bytes: u32) -> u32 {
    let (low, high) = (bytes as i8, (bytes >> 16) as i8);
    (low as u32).wrapping_add((high as u32) << 16)
}

/// Bytes 1 and 3 as signed lanes, to be [separated](separate).
#[inline(always)]
pub const fn odd_i8(bytes: u32) -> u32 {
    even_i8(bytes >> 8)
}

/// Sum of each lane, wrapping, to be [separated](separate).
#[inline(always)]
pub const fn add(a: u32, b: u32) -> u32 {
    a.wrapping_add(b)
}

/// Difference of each lane, wrapping, to be [separated](separate).
#[inline(always)]
pub const fn subtract(a: u32, b: u32) -> u32 {
    a.wrapping_sub(b)
}

/// The lanes of a word in the making, which is `low + 65536 * high`: gives back what a negative low lane borrowed.
#[inline(always)]
pub const fn separate(sum: u32) -> u32 {
    sum.wrapping_add((sum & 0x8000) << 1)
}

/// Two lanes that are to be [separated](separate).
#[inline(always)]
pub const fn join(low: i32, high: i32) -> u32 {
    (low as u32).wrapping_add((high as u32) << 16)
}

/// The signed low lane.
#[inline(always)]
pub const fn low(lanes: u32) -> i32 {
    lanes as i16 as i32
}

/// The signed high lane.
#[inline(always)]
pub const fn high(lanes: u32) -> i32 {
    (lanes as i32) >> 16
}

/// A word of two lanes: the low halves of both.
#[inline(always)]
pub const fn pack(low: u32, high: u32) -> u32 {
    (low & 0xffff) | (high << 16)
}

/// Whether halves of words are loaded and multiplied in an instruction each, and 32 by 32 bits to 64 in one (`build.rs`).
pub const LONG: bool = cfg!(switchback_multiply_long);

/// `sums[t] + sum over k and both lanes of values[k][t] * weights[k]`, wrapping.
///
/// Four sums, their weights and what a step needs besides are as many registers as a compiler finds on a Cortex-M3.
#[inline(always)]
pub fn multiply_add_each<const T: usize, const K: usize>(
    mut sums: [i32; T],
    values: [[&u32; T]; K],
    weights: [&u32; K],
) -> [i32; T] {
    let weights = weights.map(lanes);
    for (t, sum) in sums.iter_mut().enumerate() {
        keep_apart();
        for (values, weight) in values.iter().zip(&weights) {
            let Some(value) = values.get(t) else { continue };
            let value = lanes(value);
            *sum = sum.wrapping_add(value[0].wrapping_mul(weight[0])).wrapping_add(value[1].wrapping_mul(weight[1]));
        }
    }
    sums
}

/// Both signed lanes, in the order of the machine: a sum over both does not ask for it.
#[inline(always)]
fn lanes(word: &u32) -> [i32; 2] {
    if LONG {
        // A load of each half.
        let [first, second]: &[i16; 2] = zerocopy::transmute_ref!(word);
        [i32::from(*first), i32::from(*second)]
    } else {
        [low(*word), high(*word)]
    }
}

/// Rule 4 and ReLU: `clamp((acc * multiplier + 2^31) >> 32, 0, 255)`, for |acc| < 2^30.
#[inline(always)]
pub fn requantize_u8(acc: i32, multiplier: i32) -> u8 {
    multiply_high_rounded(acc, multiplier).clamp(0, 255) as u8
}
