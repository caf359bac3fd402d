//! [`super::super::portable::lanes`] in one instruction each.

use core::arch::asm;

pub(crate) use crate::arch::portable::lanes::{high, low};

/// One instruction from one or two words to one. None of them reads memory, traps or needs a state.
macro_rules! instruction {
    ($(#[$doc:meta])* $name:ident($a:ident) = $text:literal) => {
        $(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name($a: u32) -> u32 {
            let result: u32;
            // SAFETY: arithmetic on registers alone; the extension is there, or this file is not compiled.
            unsafe {
                asm!($text, result = lateout(reg) result, a = in(reg) $a,
                     options(pure, nomem, nostack, preserves_flags));
            }
            result
        }
    };
    ($(#[$doc:meta])* $name:ident($a:ident, $b:ident) = $text:literal) => {
        $(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name($a: u32, $b: u32) -> u32 {
            let result: u32;
            // SAFETY: arithmetic on registers alone; the extension is there, or this file is not compiled.
            unsafe {
                asm!($text, result = lateout(reg) result, a = in(reg) $a, b = in(reg) $b,
                     options(pure, nomem, nostack, preserves_flags));
            }
            result
        }
    };
}

instruction! {
    /// Bytes 0 and 2 as unsigned lanes.
    even_u8(bytes) = "uxtb16 {result}, {a}"
}
instruction! {
    /// Bytes 1 and 3 as unsigned lanes.
    odd_u8(bytes) = "uxtb16 {result}, {a}, ror #8"
}
instruction! {
    /// Bytes 0 and 2 as signed lanes.
    even_i8(bytes) = "sxtb16 {result}, {a}"
}
instruction! {
    /// Bytes 1 and 3 as signed lanes.
    odd_i8(bytes) = "sxtb16 {result}, {a}, ror #8"
}
instruction! {
    /// Sum of each lane, wrapping. (It sets the GE flags, which nothing compiled reads.)
    add(a, b) = "sadd16 {result}, {a}, {b}"
}
instruction! {
    /// Difference of each lane, wrapping.
    subtract(a, b) = "ssub16 {result}, {a}, {b}"
}
instruction! {
    /// A word of two lanes: the low halves of both.
    pack(low, high) = "pkhbt {result}, {a}, {b}, lsl #16"
}
instruction! {
    /// `(a * b + 2^31) >> 32` of signed words.
    multiply_high_rounded(a, b) = "smmulr {result}, {a}, {b}"
}
instruction! {
    /// A signed word clamped to 0 to 255.
    saturate_u8(value) = "usat {result}, #8, {a}"
}

/// Two lanes.
#[inline(always)]
pub(crate) fn join(low: i32, high: i32) -> u32 {
    pack(low as u32, high as u32)
}

/// Lanes that never borrow: the word itself.
#[inline(always)]
pub(crate) const fn separate(lanes: u32) -> u32 {
    lanes
}

/// Rule 4 and ReLU: `clamp((acc * multiplier + 2^31) >> 32, 0, 255)`, for |acc| < 2^30.
#[inline(always)]
pub(crate) fn requantize_u8(acc: i32, multiplier: i32) -> u8 {
    saturate_u8(multiply_high_rounded(acc as u32, multiplier as u32)) as u8
}
