//! How much each class counts in the loss, and what the loss of a constant prediction is.

use super::loss::Objective;

/// The largest weight of an image that shows a rare object; the smallest is its reciprocal.
const MOST: f32 = 10.0;

/// Classes of the training images with their weights.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClassBalance {
    objective: Objective,
    /// Training images.
    images: usize,
    /// Training images that show each class.
    counts: Vec<usize>,
    weights: Vec<f32>,
}

impl ClassBalance {
    /// Weights for `counts` images of each class among `images` training images; all 1 unless `balance`.
    ///
    /// One label an image: n / (classes * n_c), inversely proportional to the frequency, with mean 1 over the images.
    /// Many labels: the square root of negatives over positives, between 1/10 and 10: it multiplies only the positive
    /// term. A class that all images show, as the background, or none, keeps 1.
    pub fn new(objective: Objective, images: usize, counts: Vec<usize>, balance: bool) -> Self {
        let weight = |&count: &usize| match objective {
            _ if !balance || count == 0 => 1.0,
            Objective::OneLabel => images as f32 / (counts.len() * count) as f32,
            Objective::ManyLabels if count == images => 1.0,
            Objective::ManyLabels => ((images - count) as f32 / count as f32).sqrt().clamp(1.0 / MOST, MOST),
        };
        let weights = counts.iter().map(weight).collect();
        Self { objective, images, counts, weights }
    }

    /// What the images' labels are like.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// One a class.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The mean loss over the training images of the best prediction that is the same for all of them.
    pub fn constant_loss(&self) -> f32 {
        // -x ln(x / whole), 0 where there is nothing to lose.
        let term = |x: f64, whole: f64| if x > 0.0 { -x * (x / whole).ln() } else { 0.0 };
        let share = |count: usize| count as f64 / self.images as f64;
        let classes = self.counts.iter().zip(&self.weights);
        let weighted = classes.map(|(&count, &weight)| (f64::from(weight) * share(count), 1.0 - share(count)));
        let loss: f64 = match self.objective {
            Objective::OneLabel => {
                let whole: f64 = weighted.clone().map(|(present, _)| present).sum();
                weighted.map(|(present, _)| term(present, whole)).sum()
            }
            Objective::ManyLabels => {
                weighted.map(|(present, absent)| term(present, present + absent) + term(absent, present + absent)).sum()
            }
        };
        loss as f32
    }

    /// A line for the start: `classes: 120 lesion, 700 normal: weighted 3.42 to 0.59`. A background is left out.
    pub fn describe(&self, names: &[String]) -> String {
        let first = usize::from(self.objective == Objective::ManyLabels);
        let counts = &self.counts[first..];
        let counted: Vec<String> =
            names.iter().skip(first).zip(counts).map(|(name, count)| format!("{count} {name}")).collect();
        let weights: Vec<String> = self.weights[first..].iter().map(|weight| format!("{weight:.2}")).collect();
        let weighted = match self.objective {
            _ if self.weights.iter().all(|&weight| weight == 1.0) => "not weighted".to_owned(),
            Objective::OneLabel => format!("weighted {}", weights.join(" to ")),
            Objective::ManyLabels => format!("images that show one weighted {}", weights.join(", ")),
        };
        format!("classes: {}: {weighted}", counted.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<const N: usize>(names: [&str; N]) -> [String; N] {
        names.map(str::to_owned)
    }

    #[test]
    fn one_label_weights_are_inverse_to_frequency_with_mean_1() {
        let balance = ClassBalance::new(Objective::OneLabel, 820, vec![700, 120], true);
        let sum: f32 = balance.weights().iter().zip([700.0, 120.0]).map(|(weight, count)| weight * count).sum();
        assert!((sum / 820.0 - 1.0).abs() < 1e-6);
        assert!((balance.weights()[1] / balance.weights()[0] - 700.0 / 120.0).abs() < 1e-4);
        // Balanced classes are as uncertain as a coin.
        assert!((balance.constant_loss() - 2.0_f32.ln()).abs() < 1e-6);
        assert_eq!(
            balance.describe(&names(["normal", "lesion"])),
            "classes: 700 normal, 120 lesion: weighted 0.59 to 3.42"
        );
    }

    #[test]
    fn many_labels_weigh_the_positive_term_within_bounds_and_leave_the_background() {
        let balance = ClassBalance::new(Objective::ManyLabels, 1000, vec![1000, 100, 1, 900], true);
        assert_eq!(balance.weights(), [1.0, 3.0, 10.0, 1.0 / 3.0]);
        assert_eq!(
            balance.describe(&names(["background", "cow", "dog", "sky"])),
            "classes: 100 cow, 1 dog, 900 sky: images that show one weighted 3.00, 10.00, 0.33"
        );
    }

    #[test]
    fn without_balance_the_constant_prediction_is_the_frequency() {
        let entropy = |p: f32| -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
        let one = ClassBalance::new(Objective::OneLabel, 10, vec![9, 1], false);
        assert_eq!(one.weights(), [1.0, 1.0]);
        assert!((one.constant_loss() - entropy(0.1)).abs() < 1e-6);
        assert_eq!(one.describe(&names(["a", "b"])), "classes: 9 a, 1 b: not weighted");
        let many = ClassBalance::new(Objective::ManyLabels, 10, vec![10, 2, 5], false);
        assert!((many.constant_loss() - entropy(0.2) - entropy(0.5)).abs() < 1e-6);
    }

    #[test]
    fn no_constant_prediction_loses_less() {
        let balance = ClassBalance::new(Objective::ManyLabels, 10, vec![10, 2], true);
        let loss = |y: f32| -(balance.weights()[1] * 0.2 * y.ln() + 0.8 * (1.0 - y).ln());
        let least = (1..1000).map(|i| loss(i as f32 / 1000.0)).fold(f32::INFINITY, f32::min);
        assert!((balance.constant_loss() - least).abs() < 1e-4, "{} and {least}", balance.constant_loss());
    }
}
