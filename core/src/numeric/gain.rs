//! Rules 4 and 8: the once-an-image multiplier from class sums to logits, in integers only.

use super::quotient;

/// `M / 2^n` with M < 2^22 and 1 <= n <= 46.
///
/// A gain that the exporter writes has 2^21 <= M; one that came out too small for n = 46 has fewer bits, down to M = 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain {
    multiplier: u32,
    shift: u8,
}

impl Gain {
    /// Significant bits of a multiplier.
    pub const BITS: u32 = 22;
    /// The largest shift.
    pub const MAX_SHIFT: u32 = 46;
    /// No gain: everything becomes 0.
    pub const ZERO: Self = Self { multiplier: 0, shift: 1 };

    /// The gain with these stored integers, if it is one that an exporter may write.
    pub const fn new(multiplier: u32, shift: u8) -> Option<Self> {
        let normal = multiplier >> (Self::BITS - 1) == 1;
        if normal && shift >= 1 && shift as u32 <= Self::MAX_SHIFT { Some(Self { multiplier, shift }) } else { None }
    }

    /// M.
    pub const fn multiplier(self) -> u32 {
        self.multiplier
    }

    /// n.
    pub const fn shift(self) -> u8 {
        self.shift
    }

    /// This gain times `numerator / denominator`, 1 <= numerator <= 2^23, 1 <= denominator < 2^32.
    ///
    /// The product M * numerator (46 bits) is moved up to 63 bits and divided; the upper 22 bits of the quotient, the rest
    /// cut off, are the new M. A result of 2^21 or more saturates; one below 2^-46 loses low bits.
    pub const fn times_ratio(self, numerator: u32, denominator: u32) -> Self {
        let product = self.multiplier as u64 * numerator as u64;
        if product == 0 || denominator == 0 {
            return Self::ZERO;
        }
        let up = product.leading_zeros() - 1;
        // 63 bits by at most 32: at least 31 bits of quotient.
        let quotient = quotient(product << up, denominator);
        let down = u64::BITS - quotient.leading_zeros() - Self::BITS;
        let multiplier = (quotient >> down) as u32;
        let shift = self.shift as i32 + up as i32 - down as i32;
        if shift < 1 {
            Self { multiplier: (1 << Self::BITS) - 1, shift: 1 }
        } else if shift <= Self::MAX_SHIFT as i32 {
            Self { multiplier, shift: shift as u8 }
        } else {
            let lost = shift as u32 - Self::MAX_SHIFT;
            let multiplier = if lost < Self::BITS { multiplier >> lost } else { 0 };
            Self { multiplier, shift: Self::MAX_SHIFT as u8 }
        }
    }

    /// `floor(acc * M / 2^n + 1/2)`, for |acc| < 2^30.
    pub const fn apply(self, acc: i32) -> i64 {
        (acc as i64 * self.multiplier as i64 + (1 << (self.shift - 1))) >> self.shift
    }
}
