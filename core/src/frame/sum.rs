//! The sums that an average is taken of.

/// A sum of weighted pixels: `u32` for crops of up to 16 million pixels, `u64` for larger ones.
pub trait Sum: Copy + private::Sealed {
    /// No pixels.
    const ZERO: Self;
    /// The largest sum there is.
    const MOST: u64;

    /// `self + weight * value`.
    #[must_use]
    fn plus(self, weight: u32, value: u8) -> Self;

    /// `self / weights`, a half rounded up; 0 for no weights.
    fn average(self, weights: u64) -> u8;
}

mod private {
    pub trait Sealed {}
    impl Sealed for u32 {}
    impl Sealed for u64 {}
}

impl Sum for u32 {
    const ZERO: Self = 0;
    const MOST: u64 = u32::MAX as u64;

    fn plus(self, weight: u32, value: u8) -> Self {
        self + weight * u32::from(value)
    }

    fn average(self, weights: u64) -> u8 {
        let weights = weights as u32;
        (self + weights / 2).checked_div(weights).unwrap_or(0) as u8
    }
}

impl Sum for u64 {
    const ZERO: Self = 0;
    const MOST: u64 = u64::MAX;

    fn plus(self, weight: u32, value: u8) -> Self {
        self + u64::from(weight) * u64::from(value)
    }

    fn average(self, weights: u64) -> u8 {
        (self + weights / 2).checked_div(weights).unwrap_or(0) as u8
    }
}
