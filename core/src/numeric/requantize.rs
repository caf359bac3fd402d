//! Rule 4: accumulator to the next layer's integers.
//!
//! `(acc * R + 2^31) >> 32`: half up on every target. With |acc| < 2^30 and R < 2^31 of at most 22 significant bits the
//! product has at most 52 significant bits, so an f64 computes the same value exactly. On cores with the DSP extension this
//! is one `SMMULR`.

/// Accumulators stay strictly below this in magnitude (rule 5).
pub const MAX_ACCUMULATOR: i64 = 1 << 30;

/// R of rule 4: 1 <= R < 2^31 with at most 22 significant bits, standing for R / 2^32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier(i32);

impl Multiplier {
    /// Significant bits of a multiplier.
    pub const BITS: u32 = 22;

    /// The multiplier with this stored integer, if it is one.
    pub const fn new(value: i32) -> Option<Self> {
        if value < 1 {
            return None;
        }
        let significant = 32 - value.leading_zeros() - value.trailing_zeros();
        if significant <= Self::BITS { Some(Self(value)) } else { None }
    }

    /// The stored integer R.
    pub const fn get(self) -> i32 {
        self.0
    }
}

/// `floor(acc * R / 2^32 + 1/2)`, for |acc| < 2^30. The result is not clamped; its magnitude is below 2^29.
pub const fn requantize(acc: i32, multiplier: Multiplier) -> i32 {
    multiply_high_rounded(acc, multiplier.0)
}

/// The rounding of rule 4 alone, for what holds a multiplier as its integer.
#[inline(always)]
pub(crate) const fn multiply_high_rounded(acc: i32, multiplier: i32) -> i32 {
    ((acc as i64 * multiplier as i64 + (1 << 31)) >> 32) as i32
}
