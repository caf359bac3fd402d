//! One step of the optimizer: loss and gradient of a batch, then the update.

use candle_core::{Result, Tensor};

use super::constraints::{Constraints, constrained_loss};
use super::error::TrainError;
use super::loss::Loss;
use super::phase::Phase;
use super::recipe::Recipe;
use super::sgd::{Gradients, Sgd};
use crate::float::{FloatNetwork, Supervision};

/// What a step gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Mean over the batch, before the update.
    pub loss: f32,
    /// Norm of the gradient before clipping; where it is not finite, nothing moved.
    pub norm: f32,
}

/// Moves `float` by one step at learning rate `rate`, towards a smaller loss of a batch: `images`
/// `[batch, channels, height, width]` and `targets` `[batch, classes]`.
///
/// The batch is run through in parts of [`Recipe::micro_batch`] images, whose gradients are summed: maps exist for one
/// part at a time.
///
/// # Errors
/// [`TrainError`] when a tensor has another shape than the network asks for.
pub fn training_step(
    phase: Phase,
    float: &FloatNetwork,
    sgd: &mut Sgd,
    recipe: &Recipe,
    loss: &Loss,
    rate: f32,
    (images, targets): (&Tensor, &Tensor),
) -> std::result::Result<Step, TrainError> {
    let batch = images.dim(0)?;
    let mut gradients = Gradients::default();
    let mut sum = 0.0;
    for start in (0..batch).step_by(recipe.micro_batch) {
        let length = recipe.micro_batch.min(batch - start);
        let part = |tensor: &Tensor| -> Result<Tensor> { tensor.narrow(0, start, length) };
        let mean = loss_of(phase, float, &part(images)?, &part(targets)?, loss, recipe.leak)?;
        let share = (mean * (length as f64 / batch as f64))?;
        sum += share.to_scalar::<f32>()?;
        gradients.add(float.trainable(), &share.backward()?)?;
    }
    let norm = sgd.step(float.trainable(), &gradients, rate)?;
    Ok(Step { loss: sum, norm })
}

/// The loss that a phase minimizes.
fn loss_of(
    phase: Phase,
    float: &FloatNetwork,
    images: &Tensor,
    targets: &Tensor,
    loss: &Loss,
    leak: f32,
) -> std::result::Result<Tensor, TrainError> {
    let constraints = match float.method().supervision {
        _ if phase == Phase::Classification => return Ok(loss.of_logits(&float.classify(images)?, targets)?),
        Supervision::Scores => return Ok(loss.of_scores(&float.forward_leaky(images, leak)?.scores, targets)?),
        Supervision::Constraints => Constraints::PAPER,
        Supervision::SmallConstraints => Constraints::SMALL,
    };
    Ok(constrained_loss(constraints, &float.forward_logits(images)?, targets)?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use switchback::model::Network;
    use switchback::model::spec::{ConvolutionSpec, HeadSpec, InputSpec, NetworkSpec};

    use super::super::loss::Objective;
    use super::*;
    use crate::float::Decoding;

    #[test]
    fn parts_of_a_batch_move_the_weights_as_the_whole_does() -> std::result::Result<(), TrainError> {
        let input = InputSpec { width: 12, height: 12, channels: 1 };
        let convolutions = [ConvolutionSpec { filters: 4, kernel: 5, pool: true }].into_iter().collect();
        let spec = NetworkSpec { input, convolutions, stages: 1, classes: 2, head: HeadSpec::PAPER_BINARY };
        let pixels: Vec<f32> = (0..5 * 144).map(|i| (i * 7919 % 256) as f32).collect();
        let images = Tensor::from_vec(pixels, (5, 1, 12, 12), &Device::Cpu)?;
        let targets = Tensor::new(&[[1.0_f32, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], &Device::Cpu)?;
        let run = |micro_batch| -> std::result::Result<_, TrainError> {
            let recipe = Recipe { micro_batch, ..Recipe::default_for(&spec) };
            let mut float = FloatNetwork::new(Network::new(spec.clone())?, Decoding::Tied, 1)?;
            float.set_input_statistics(&[127.0], &[74.0])?;
            let loss = Loss::new(Objective::OneLabel, &[1.0, 1.0])?;
            let mut sgd = Sgd::new(&recipe);
            let step = training_step(Phase::Stage(1), &float, &mut sgd, &recipe, &loss, 0.5, (&images, &targets))?;
            Ok((step, float))
        };
        let (whole, float) = run(16)?;
        let (parts, float_of_parts) = run(2)?;
        assert!((whole.loss - parts.loss).abs() < 1e-5 && (whole.norm - parts.norm).abs() < 1e-4 * whole.norm);
        for ((name, a), (_, b)) in float.trainable().zip(float_of_parts.trainable()) {
            let difference = (a.as_tensor() - b.as_tensor())?.abs()?.max_all()?.to_scalar::<f32>()?;
            assert!(difference < 1e-5, "{name} differs by {difference}");
        }
        Ok(())
    }
}
