//! One step of the optimizer: loss and gradient of a batch, then the update.

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use candle_core::{Result, Tensor};

use super::constraints::{Constraints, constrained_loss};
use super::devices::{PartGradients, Replicas};
use super::error::TrainError;
use super::loss::Loss;
use super::phase::Phase;
use super::recipe::Recipe;
use super::sgd::Sgd;
use crate::float::{FloatNetwork, Supervision};

/// What a step gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Mean over the batch, before the update.
    pub loss: f32,
    /// Norm of the gradient before clipping; where it is not finite, nothing moved.
    pub norm: f32,
}

/// Moves a network by one step at learning rate `rate`, towards a smaller loss of a batch: `images`
/// `[batch, channels, height, width]` and `targets` `[batch, classes]`, on the CPU.
///
/// Each device has its part of the batch, and runs through it in pieces of [`Recipe::micro_batch`] images, whose gradients are
/// summed: maps exist for one piece at a time.
///
/// # Errors
/// [`TrainError`] when a tensor has another shape than the network asks for.
pub fn training_step(
    phase: Phase,
    replicas: &Replicas<'_>,
    sgd: &mut Sgd,
    recipe: &Recipe,
    loss: &Loss,
    rate: f32,
    (images, targets): (&Tensor, &Tensor),
) -> std::result::Result<Step, TrainError> {
    let batch = images.dim(0)?;
    let networks = replicas.all();
    let of_device = |device: usize| -> std::result::Result<(f32, PartGradients), TrainError> {
        let bound = |device: usize| batch * device / networks.len();
        let (network, part) = (networks[device], bound(device)..bound(device + 1));
        let (images, targets) = (moved(images, &part, network)?, moved(targets, &part, network)?);
        let (mut sum, mut gradients) = (0.0, PartGradients::default());
        for start in (0..part.len()).step_by(recipe.micro_batch) {
            let length = recipe.micro_batch.min(part.len() - start);
            let piece = |tensor: &Tensor| -> Result<Tensor> { tensor.narrow(0, start, length) };
            let mean = loss_of(phase, network, &piece(&images)?, &piece(&targets)?, loss, recipe.leak)?;
            let share = (mean * (length as f64 / batch as f64))?;
            sum += share.to_scalar::<f32>()?;
            gradients.add(network.trainable(), &share.backward()?)?;
        }
        Ok((sum, gradients))
    };
    let (mut sum, mut parts) = (0.0, Vec::with_capacity(networks.len()));
    for of_device in on_threads(networks.len(), of_device) {
        let (loss, gradients) = of_device?;
        sum += loss;
        parts.push(gradients);
    }
    let norm = sgd.step(replicas.original().trainable(), &replicas.sum(parts)?, rate)?;
    replicas.update()?;
    Ok(Step { loss: sum, norm })
}

/// `f(0)` to `f(count - 1)`: where there are several, each on a thread of its own.
fn on_threads<T: Send>(count: usize, f: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if count == 1 {
        return vec![f(0)];
    }
    thread::scope(|scope| {
        let f = &f;
        let threads: Vec<_> = (0..count).map(|i| scope.spawn(move || f(i))).collect();
        // A panic goes on here.
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// A part of a batch, on the device of `network`.
fn moved(batch: &Tensor, part: &Range<usize>, network: &FloatNetwork) -> Result<Tensor> {
    let view = batch.narrow(0, part.start, part.len())?;
    if network.device().same_device(batch.device()) {
        return Ok(view);
    }
    // A view would be moved with all of the batch.
    view.force_contiguous()?.to_device(network.device())
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

    use super::super::devices::Devices;
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
        let run = |micro_batch, parts| -> std::result::Result<_, TrainError> {
            let recipe = Recipe { micro_batch, ..Recipe::default_for(&spec) };
            let mut float = FloatNetwork::new(Network::new(spec.clone())?, Decoding::Tied, 1)?;
            float.set_input_statistics(&[127.0], &[74.0])?;
            let loss = Loss::new(Objective::OneLabel, &[1.0, 1.0])?;
            let (mut sgd, devices) = (Sgd::new(&recipe), Devices::cpu_parts(parts));
            let replicas = Replicas::on_all(&float, &devices)?;
            let mut steps = Vec::new();
            for _ in 0..2 {
                let batch = (&images, &targets);
                steps.push(training_step(Phase::Stage(1), &replicas, &mut sgd, &recipe, &loss, 0.5, batch)?);
            }
            drop(replicas);
            Ok((steps, float))
        };
        let (whole, float) = run(16, 1)?;
        // Pieces on one device; one device an image, and two that have nothing to do; both.
        for (micro_batch, parts) in [(2, 1), (16, 2), (16, 7), (1, 3)] {
            let (steps, float_of_parts) = run(micro_batch, parts)?;
            for (whole, step) in whole.iter().zip(&steps) {
                assert!((whole.loss - step.loss).abs() < 1e-5, "{parts}: {whole:?} and {step:?}");
                assert!((whole.norm - step.norm).abs() < 1e-4 * whole.norm, "{parts}: {whole:?} and {step:?}");
            }
            for ((name, a), (_, b)) in float.trainable().zip(float_of_parts.trainable()) {
                let difference = (a.as_tensor() - b.as_tensor())?.abs()?.max_all()?.to_scalar::<f32>()?;
                assert!(difference < 1e-5, "{parts}: {name} differs by {difference}");
            }
        }
        Ok(())
    }
}
