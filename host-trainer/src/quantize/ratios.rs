//! Rule 2: filter scales of a tied layer as integer multiples m of one scale.
//!
//! In the deconvolution the filter is the *input* channel, so its scale cannot leave the sum; with S_w[o] = S_w * m[o] the
//! stored weights serve both ways exactly.

/// The largest ratios worth trying, smallest first: a small one keeps accumulators small and the fast kernels fast.
pub(super) const LARGEST_RATIOS: [u8; 4] = [1, 3, 7, 15];

/// A smaller largest ratio is taken when its squared rounding error is at most this times that of the best.
const ERROR_SLACK: f64 = 2.0;

/// The scales of one tied layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FilterScales {
    /// S_w.
    pub base: f64,
    /// m, one a filter.
    pub ratios: Vec<u8>,
}

impl FilterScales {
    /// The scale of one filter.
    pub fn of(&self, filter: usize) -> f64 {
        self.base * f64::from(self.ratios[filter])
    }

    /// The finest scales whose largest ratio is `most`: S_w from the widest filter, m rounded up so that nothing clips.
    pub fn with_largest(ranges: &[f32], most: u8) -> Self {
        let widest = f64::from(ranges.iter().copied().fold(0.0, f32::max)).max(f64::from(f32::MIN_POSITIVE));
        let base = widest / 127.0 / f64::from(most);
        let ratio = |&range: &f32| (f64::from(range) / 127.0 / base - 1e-9).ceil().clamp(1.0, most.into()) as u8;
        Self { base, ratios: ranges.iter().map(ratio).collect() }
    }

    /// Expected squared rounding error of all filters, each relative to its own range.
    fn error(&self, ranges: &[f32]) -> f64 {
        let relative = |(filter, &range): (usize, &f32)| (self.of(filter) / f64::from(range)).powi(2);
        ranges.iter().enumerate().filter(|(_, range)| **range > 0.0).map(relative).sum()
    }
}

/// Scales for filters of these ranges (largest magnitudes), with the smallest largest ratio, at most `most`, that accuracy
/// allows.
pub(super) fn choose(ranges: &[f32], most: u8) -> FilterScales {
    let candidates: Vec<FilterScales> = LARGEST_RATIOS
        .iter()
        .filter(|&&largest| largest <= most)
        .map(|&largest| FilterScales::with_largest(ranges, largest))
        .collect();
    let best = candidates.iter().map(|scales| scales.error(ranges)).fold(f64::INFINITY, f64::min);
    let good = candidates.iter().find(|scales| scales.error(ranges) <= ERROR_SLACK * best);
    good.cloned().unwrap_or_else(|| FilterScales::with_largest(ranges, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_filters_need_no_ratios() {
        assert_eq!(choose(&[0.5, 0.5, 0.45], 15).ratios, [1, 1, 1]);
    }

    #[test]
    fn unequal_filters_get_ratios_that_never_clip() {
        let ranges = [1.0, 0.1, 0.02, 0.5];
        let scales = choose(&ranges, 15);
        assert!(scales.ratios.iter().any(|&m| m > 1));
        for (filter, range) in ranges.iter().enumerate() {
            assert!(scales.of(filter) * 127.0 >= f64::from(*range) * 0.999_999, "filter {filter} clips");
        }
    }

    #[test]
    fn the_largest_ratio_is_kept() {
        assert!(choose(&[1.0, 0.01], 3).ratios.iter().all(|&m| m <= 3));
    }
}
