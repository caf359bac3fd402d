//! Mean and range over seeds.

/// Mean and range of one figure over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Smallest.
    pub least: f64,
    /// Largest.
    pub most: f64,
}

impl Spread {
    /// Of `values`; `None` where there is none, or where one is missing: a mean over fewer seeds would be another figure.
    pub fn of(values: impl IntoIterator<Item = Option<f64>>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().collect::<Option<_>>()?;
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        (!values.is_empty()).then(|| Self { mean: values.iter().sum::<f64>() / values.len() as f64, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_need_every_seed() {
        let spread = Spread { mean: 0.5, least: 0.25, most: 0.75 };
        assert_eq!(Spread::of([Some(0.25), Some(0.5), Some(0.75)]), Some(spread));
        assert_eq!(Spread::of([Some(0.25), None]), None);
        assert_eq!(Spread::of([]), None);
    }
}
