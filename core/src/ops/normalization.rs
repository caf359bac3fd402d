//! Rule 7, Eq. 4: E{} of one stage's map as two sums, from which a mean and a gain follow once an image.

use crate::model::spec::Normalization;
use crate::numeric::{Gain, isqrt, quotient};

/// N, A1 = sum q and A2 = sum q^2 of one stage's map, height, width and channels together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// N, at most 2^23.
    pub count: u32,
    /// A1, below 2^31.
    pub sum: u64,
    /// A2, below 2^39.
    pub sum_of_squares: u64,
}

/// How a stage's class sums become logits: what is subtracted and what is multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Centered {
    /// A1 / N as a pair; zero where no mean is subtracted.
    mean: (u64, u32),
    /// The stage's weight scale times N / D.
    pub gain: Gain,
}

impl Statistics {
    /// Adds one row.
    pub fn add_row(&mut self, row: &[u8]) {
        let (sum, squares) = row
            .iter()
            .fold((0u64, 0u64), |(sum, squares), &q| (sum + u64::from(q), squares + u64::from(q) * u64::from(q)));
        self.count += row.len() as u32;
        self.sum += sum;
        self.sum_of_squares += squares;
    }

    /// Mean and gain of a stage whose class-map weights have the scale `weight_scale`.
    ///
    /// `Standardize`: D = isqrt(N*A2 - A1^2), gain N/D, mean A1/N. `Rms`: D = isqrt(N*A2), no mean. `None`: the scale
    /// alone. A constant map (D = 0) contributes nothing.
    pub fn centered(&self, normalization: Normalization, weight_scale: Gain) -> Centered {
        let n = u64::from(self.count);
        let scaled = |spread: u64| match isqrt(spread) {
            0 => Gain::ZERO,
            d => weight_scale.times_ratio(self.count, d),
        };
        match normalization {
            Normalization::Standardize => Centered {
                mean: (self.sum, self.count),
                gain: scaled((n * self.sum_of_squares).saturating_sub(self.sum * self.sum)),
            },
            Normalization::Rms => Centered { mean: (0, 1), gain: scaled(n * self.sum_of_squares) },
            Normalization::None => Centered { mean: (0, 1), gain: weight_scale },
        }
    }
}

impl Centered {
    /// mu of rule 8 in Q5: round(2^5 * A1 * B / N), half up, B the sum of a map's weights in this stage.
    pub fn mean_of_sums_q5(&self, weights: &[i8]) -> i32 {
        let total: i64 = weights.iter().map(|&w| i64::from(w)).sum();
        let n = self.mean.1.max(1);
        // |A1 * B| < 2^31 * 2^16.
        let doubled = 2 * 32 * self.mean.0 as i64 * total + i64::from(n);
        // N is at most 2^23. Below 0, the quotient of what is one less in magnitude, and one more, is the next integer below.
        let magnitude = quotient((doubled ^ doubled >> 63) as u64, 2 * n) as i64;
        (magnitude ^ doubled >> 63) as i32
    }
}
