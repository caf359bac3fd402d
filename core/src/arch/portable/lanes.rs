//! Two lanes of 16 bits in a word, and the end of an accumulator.
//!
//! Four bytes become two words of lanes: *even* (bytes 0 and 2) and *odd* (bytes 1 and 3), the first in the low lane.

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

/// Bytes 0 and 2 as signed lanes.
#[inline(always)]
pub const fn even_i8(bytes: u32) -> u32 {
    let lanes = even_u8(bytes);
    // Copies the sign of each byte into the upper half of its lane.
    lanes | ((lanes & 0x0080_0080) >> 7).wrapping_mul(0xff00)
}

/// Bytes 1 and 3 as signed lanes.
#[inline(always)]
pub const fn odd_i8(bytes: u32) -> u32 {
    even_i8(bytes >> 8)
}

/// Sum of each lane, wrapping.
#[inline(always)]
pub const fn add(a: u32, b: u32) -> u32 {
    const SIGNS: u32 = 0x8000_8000;
    ((a & !SIGNS) + (b & !SIGNS)) ^ ((a ^ b) & SIGNS)
}

/// Difference of each lane, wrapping.
#[inline(always)]
pub const fn subtract(a: u32, b: u32) -> u32 {
    const SIGNS: u32 = 0x8000_8000;
    ((a | SIGNS) - (b & !SIGNS)) ^ ((a ^ !b) & SIGNS)
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

/// `sum + low(a) * low(b) + high(a) * high(b)`, wrapping.
#[inline(always)]
pub const fn multiply_add(sum: i32, a: u32, b: u32) -> i32 {
    sum.wrapping_add(low(a).wrapping_mul(low(b))).wrapping_add(high(a).wrapping_mul(high(b)))
}

/// Rule 4 and ReLU: `clamp((acc * multiplier + 2^31) >> 32, 0, 255)`, for |acc| < 2^30.
#[inline(always)]
pub fn requantize_u8(acc: i32, multiplier: i32) -> u8 {
    multiply_high_rounded(acc, multiplier).clamp(0, 255) as u8
}
