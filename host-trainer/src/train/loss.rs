//! What training minimizes (section 3.1, the text under Eq. 7), each a mean over the batch.

use candle_core::{Device, Result, Tensor};
use switchback::model::spec::MapActivation;

/// Keeps the logarithms of a score of 0 or 1 finite.
const EDGE: f32 = 1e-6;

/// Which loss a network's class maps ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Exactly one class an image: softmax over the scores, categorical cross-entropy.
    OneLabel,
    /// Any number: a binary cross-entropy for each class, summed.
    ManyLabels,
}

impl Objective {
    /// ReLU maps take one label an image, softmax maps any number.
    pub fn of(activation: MapActivation) -> Self {
        match activation {
            MapActivation::Relu => Self::OneLabel,
            MapActivation::Softmax => Self::ManyLabels,
        }
    }
}

/// A loss with a weight for each class.
pub struct Loss {
    objective: Objective,
    /// `[classes]`.
    weights: Tensor,
}

impl Loss {
    /// With one weight a class.
    pub fn new(objective: Objective, weights: &[f32]) -> Result<Self> {
        Ok(Self { objective, weights: Tensor::new(weights, &Device::Cpu)? })
    }

    /// Of scores pooled from class maps; `scores` and `targets` (0 or 1) are `[batch, classes]`. It is where the scores are.
    pub fn of_scores(&self, scores: &Tensor, targets: &Tensor) -> Result<Tensor> {
        let (targets, weights) = self.constants(targets, scores.device())?;
        match self.objective {
            Objective::OneLabel => categorical_cross_entropy(scores, &targets, &weights),
            Objective::ManyLabels => binary_cross_entropies(scores, &targets, &weights),
        }
    }

    /// Of the classification network's logits.
    pub fn of_logits(&self, logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
        let (targets, weights) = self.constants(targets, logits.device())?;
        match self.objective {
            Objective::OneLabel => categorical_cross_entropy(logits, &targets, &weights),
            Objective::ManyLabels => binary_cross_entropies_of_logits(logits, &targets, &weights),
        }
    }

    /// Targets and weights on a device.
    fn constants(&self, targets: &Tensor, device: &Device) -> Result<(Tensor, Tensor)> {
        Ok((targets.to_device(device)?, self.weights.to_device(device)?))
    }
}

/// -w log softmax of the target's class, with that class's weight w; stable for any scores.
fn categorical_cross_entropy(scores: &Tensor, targets: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let relative = scores.broadcast_sub(&scores.max_keepdim(1)?.detach())?;
    let log_sum = relative.exp()?.sum_keepdim(1)?.log()?;
    let log_softmax = relative.broadcast_sub(&log_sum)?;
    (log_softmax * targets)?.broadcast_mul(weights)?.sum(1)?.mean_all()?.neg()
}

/// Sum over classes of -w t log y - (1 - t) log(1 - y), with y between 0 and 1.
fn binary_cross_entropies(probabilities: &Tensor, targets: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let inside = probabilities.clamp(EDGE, 1.0 - EDGE)?;
    let present = (inside.log()? * targets)?.broadcast_mul(weights)?;
    let absent = (inside.affine(-1.0, 1.0)?.log()? * targets.affine(-1.0, 1.0)?)?;
    (present + absent)?.sum(1)?.mean_all()?.neg()
}

/// Sum over classes of w t log(1 + exp(-z)) + (1 - t) log(1 + exp(z)), stable for any z.
fn binary_cross_entropies_of_logits(logits: &Tensor, targets: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let tail = (logits.abs()?.neg()?.exp()? + 1.0)?.log()?;
    let present = ((logits.neg()?.relu()? + &tail)? * targets)?.broadcast_mul(weights)?;
    let absent = ((logits.relu()? + tail)? * targets.affine(-1.0, 1.0)?)?;
    (present + absent)?.sum(1)?.mean_all()
}

#[cfg(test)]
mod tests {
    use candle_core::Var;

    use super::*;

    fn tensor(values: [[f32; 2]; 2]) -> Result<Tensor> {
        Tensor::new(&values, &Device::Cpu)
    }

    #[test]
    fn categorical_of_equal_scores_is_ln_2_and_of_large_ones_finite() -> Result<()> {
        let targets = tensor([[1.0, 0.0], [0.0, 1.0]])?;
        let unweighted = Loss::new(Objective::OneLabel, &[1.0, 1.0])?;
        let loss = |scores| unweighted.of_scores(&tensor(scores)?, &targets)?.to_scalar::<f32>();
        assert!((loss([[3.0, 3.0], [0.0, 0.0]])? - 2.0_f32.ln()).abs() < 1e-6);
        assert!((loss([[0.0, 500.0], [0.0, 500.0]])? - 250.0).abs() < 1e-3);
        Ok(())
    }

    #[test]
    fn binary_losses_sum_over_classes_and_agree_with_each_other() -> Result<()> {
        let targets = tensor([[1.0, 0.0], [1.0, 1.0]])?;
        let logits = Var::from_tensor(&tensor([[0.3, -1.2], [2.0, -0.4]])?)?;
        let loss = Loss::new(Objective::ManyLabels, &[1.0, 1.0])?;
        let of_logits = loss.of_logits(&logits, &targets)?;
        let sigmoid = (logits.neg()?.exp()? + 1.0)?.recip()?;
        let of_scores = loss.of_scores(&sigmoid, &targets)?;
        let (a, b) = (of_logits.to_scalar::<f32>()?, of_scores.to_scalar::<f32>()?);
        assert!((a - b).abs() < 1e-5, "{a} and {b}");
        // The gradient of a binary cross-entropy is (sigmoid - target) / batch.
        let gradient = of_logits.backward()?.get(&logits).unwrap().to_vec2::<f32>()?;
        let expected = ((sigmoid - &targets)? / 2.0)?.to_vec2::<f32>()?;
        for (a, b) in gradient.iter().flatten().zip(expected.iter().flatten()) {
            assert!((a - b).abs() < 1e-6, "{gradient:?} and {expected:?}");
        }
        let extreme = tensor([[0.0, 1.0], [1.0, 0.0]])?;
        assert!(loss.of_scores(&extreme, &targets)?.to_scalar::<f32>()?.is_finite());
        Ok(())
    }

    #[test]
    fn a_class_weight_multiplies_that_classs_images() -> Result<()> {
        let scores = tensor([[0.2, 1.0], [0.7, 0.4]])?;
        let loss = |weights, rows: usize| {
            let targets = tensor([[1.0, 0.0], [0.0, 1.0]])?;
            let (scores, targets) = (scores.narrow(0, rows, 1)?, targets.narrow(0, rows, 1)?);
            Loss::new(Objective::OneLabel, weights)?.of_scores(&scores, &targets)?.to_scalar::<f32>()
        };
        for (row, factor) in [(0, 3.0), (1, 0.5)] {
            assert!((loss(&[3.0, 0.5], row)? - factor * loss(&[1.0, 1.0], row)?).abs() < 1e-6);
        }
        Ok(())
    }

    #[test]
    fn a_class_weight_multiplies_only_the_positive_term_of_binary_losses() -> Result<()> {
        let logits = tensor([[0.3, -1.2], [2.0, -0.4]])?;
        let sigmoid = (logits.neg()?.exp()? + 1.0)?.recip()?;
        let targets = tensor([[1.0, 0.0], [0.0, 1.0]])?;
        let loss = Loss::new(Objective::ManyLabels, &[4.0, 0.5])?;
        let of_logits = loss.of_logits(&logits, &targets)?.to_scalar::<f32>()?;
        let y = sigmoid.to_vec2::<f32>()?;
        let expected = -(4.0 * y[0][0].ln() + (1.0 - y[0][1]).ln() + (1.0 - y[1][0]).ln() + 0.5 * y[1][1].ln()) / 2.0;
        assert!((of_logits - expected).abs() < 1e-5, "{of_logits} and {expected}");
        let of_scores = loss.of_scores(&sigmoid, &targets)?.to_scalar::<f32>()?;
        assert!((of_scores - expected).abs() < 1e-5, "{of_scores} and {expected}");
        Ok(())
    }
}
