//! What training minimizes (section 3.1, the text under Eq. 7), each a mean over the batch.

use candle_core::{Result, Tensor};
use switchback::model::spec::MapActivation;

/// Keeps the logarithms of a score of 0 or 1 finite.
const EDGE: f32 = 1e-6;

/// Which loss a network's class maps ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objective {
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

    /// Loss of scores pooled from class maps; `scores` and `targets` (0 or 1) are `[batch, classes]`.
    pub fn of_scores(self, scores: &Tensor, targets: &Tensor) -> Result<Tensor> {
        match self {
            Self::OneLabel => categorical_cross_entropy(scores, targets),
            Self::ManyLabels => binary_cross_entropies(scores, targets),
        }
    }

    /// Loss of the classification network's logits.
    pub fn of_logits(self, logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
        match self {
            Self::OneLabel => categorical_cross_entropy(logits, targets),
            Self::ManyLabels => binary_cross_entropies_of_logits(logits, targets),
        }
    }
}

/// -log softmax of the target's class, stable for any scores.
fn categorical_cross_entropy(scores: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let relative = scores.broadcast_sub(&scores.max_keepdim(1)?.detach())?;
    let log_sum = relative.exp()?.sum_keepdim(1)?.log()?;
    let log_softmax = relative.broadcast_sub(&log_sum)?;
    (log_softmax * targets)?.sum(1)?.mean_all()?.neg()
}

/// Sum over classes of -t log y - (1 - t) log(1 - y), with y between 0 and 1.
fn binary_cross_entropies(probabilities: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let inside = probabilities.clamp(EDGE, 1.0 - EDGE)?;
    let present = (inside.log()? * targets)?;
    let absent = (inside.affine(-1.0, 1.0)?.log()? * targets.affine(-1.0, 1.0)?)?;
    (present + absent)?.sum(1)?.mean_all()?.neg()
}

/// Sum over classes of max(z, 0) - z t + log(1 + exp(-|z|)).
fn binary_cross_entropies_of_logits(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let tail = (logits.abs()?.neg()?.exp()? + 1.0)?.log()?;
    ((logits.relu()? - (logits * targets)?)? + tail)?.sum(1)?.mean_all()
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn tensor(values: [[f32; 2]; 2]) -> Result<Tensor> {
        Tensor::new(&values, &Device::Cpu)
    }

    #[test]
    fn categorical_of_equal_scores_is_ln_2_and_of_large_ones_finite() -> Result<()> {
        let targets = tensor([[1.0, 0.0], [0.0, 1.0]])?;
        let loss = |scores| Objective::OneLabel.of_scores(&tensor(scores)?, &targets)?.to_scalar::<f32>();
        assert!((loss([[3.0, 3.0], [0.0, 0.0]])? - 2.0_f32.ln()).abs() < 1e-6);
        assert!((loss([[0.0, 500.0], [0.0, 500.0]])? - 250.0).abs() < 1e-3);
        Ok(())
    }

    #[test]
    fn binary_losses_sum_over_classes_and_agree_with_each_other() -> Result<()> {
        let targets = tensor([[1.0, 0.0], [1.0, 1.0]])?;
        let logits = Var::from_tensor(&tensor([[0.3, -1.2], [2.0, -0.4]])?)?;
        let of_logits = Objective::ManyLabels.of_logits(&logits, &targets)?;
        let sigmoid = (logits.neg()?.exp()? + 1.0)?.recip()?;
        let of_scores = Objective::ManyLabels.of_scores(&sigmoid, &targets)?;
        let (a, b) = (of_logits.to_scalar::<f32>()?, of_scores.to_scalar::<f32>()?);
        assert!((a - b).abs() < 1e-5, "{a} and {b}");
        // The gradient of a binary cross-entropy is (sigmoid - target) / batch.
        let gradient = of_logits.backward()?.get(&logits).unwrap().to_vec2::<f32>()?;
        let expected = ((sigmoid - &targets)? / 2.0)?.to_vec2::<f32>()?;
        for (a, b) in gradient.iter().flatten().zip(expected.iter().flatten()) {
            assert!((a - b).abs() < 1e-6, "{gradient:?} and {expected:?}");
        }
        let extreme = tensor([[0.0, 1.0], [1.0, 0.0]])?;
        assert!(Objective::ManyLabels.of_scores(&extreme, &targets)?.to_scalar::<f32>()?.is_finite());
        Ok(())
    }
}
