//! Constrained training (C-CNN: Pathak, Krähenbühl & Darrell 2015, "Constrained convolutional neural networks for weakly
//! supervised segmentation"), a comparator of the paper.
//!
//! In place of pooled scores every pixel is compared with a latent distribution: the one nearest to the network's own that
//! keeps classes off the image which its labels lack, and gives those that it has, and the background, their share. It is
//! found image by image by projected gradient ascent in the dual problem (their Eq. 6 and 7).

use candle_core::{D, Result, Tensor};
use rayon::prelude::*;

/// What the labels of an image imply, as shares of its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Constraints {
    /// The least of a class that is in the image.
    foreground: f32,
    /// The least and the most of the background, where there is a class beside it.
    background: (f32, f32),
    /// The most of a class that is in the image, where sizes are constrained.
    most: Option<f32>,
}

impl Constraints {
    /// The shares of the C-CNN paper.
    pub const PAPER: Self = Self { foreground: 0.05, background: (0.3, 0.7), most: None };
    /// For findings that are known to be small: no class has more than a tenth of the pixels, nor the background less than half.
    pub const SMALL: Self = Self { foreground: 0.01, background: (0.5, 0.99), most: Some(0.1) };
}

/// Steps of the ascent.
const STEPS: usize = 200;
/// Their length. A share of pixels changes by at most a quarter of the change of its multiplier, so that 4 converges for one
/// constraint; half of it as several act together.
const STEP: f32 = 2.0;
/// The largest multiplier: what a constraint may cost, the weight of its slack.
const LARGEST: f32 = 20.0;
/// Keeps the logarithm of a probability finite.
const LEAST_PROBABILITY: f64 = 1e-7;

/// The mean over images and pixels of the cross-entropy between latent and predicted distributions.
///
/// `logits` `[batch, classes, height, width]`, class 0 the background; `targets` `[batch, classes]`, 1 for classes that the
/// image shows.
pub(super) fn constrained_loss(constraints: Constraints, logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let (batch, classes, height, width) = logits.dims4()?;
    let logits = logits.flatten_from(2)?;
    let relative = logits.broadcast_sub(&logits.max_keepdim(1)?.detach())?;
    let powers = relative.exp()?;
    let predicted = powers.broadcast_div(&powers.sum_keepdim(1)?)?;
    let pixels = height * width;
    let values = predicted.detach().flatten_all()?.to_vec1::<f32>()?;
    let targets: Vec<Vec<f32>> = targets.to_vec2()?;
    let latent: Vec<f32> = values
        .par_chunks(classes * pixels)
        .zip(&targets)
        .flat_map_iter(|(predicted, targets)| latent(constraints, predicted, targets))
        .collect();
    let latent = Tensor::from_vec(latent, (batch, classes, pixels), predicted.device())?;
    let log = predicted.clamp(LEAST_PROBABILITY as f32, 1.0)?.log()?;
    (latent * log)?.sum(1)?.mean(D::Minus1)?.mean_all()?.neg()
}

/// The distribution nearest to `predicted`, `[class][pixel]`, that meets the constraints as far as they can be met.
fn latent(constraints: Constraints, predicted: &[f32], targets: &[f32]) -> Vec<f32> {
    let classes = targets.len();
    let pixels = predicted.len() / classes.max(1);
    let present: Vec<bool> = (0..classes).map(|class| class == 0 || targets[class] > 0.5).collect();
    let bounds: Vec<(f32, f32)> = match present.iter().filter(|&&present| present).count() {
        // Nothing but background: there is nothing to share.
        0 | 1 => vec![(0.0, 1.0); classes],
        _ => (0..classes)
            .map(|class| match class {
                0 => constraints.background,
                _ => (constraints.foreground, constraints.most.unwrap_or(1.0)),
            })
            .collect(),
    };
    // Of the lower and the upper bound of each class.
    let mut multipliers = vec![(0.0_f32, 0.0_f32); classes];
    let mut latent = tilted(predicted, &present, &multipliers, pixels);
    for _ in 0..STEPS {
        let mut largest = 0.0_f32;
        for class in (0..classes).filter(|&class| present[class]) {
            let share = latent[class * pixels..][..pixels].iter().sum::<f32>() / pixels as f32;
            let (lower, upper) = bounds[class];
            let (at_least, at_most) = &mut multipliers[class];
            for (multiplier, violation) in [(at_least, lower - share), (at_most, share - upper)] {
                let moved = (*multiplier + STEP * violation).clamp(0.0, LARGEST);
                largest = largest.max((moved - *multiplier).abs());
                *multiplier = moved;
            }
        }
        if largest < 1e-4 {
            break;
        }
        latent = tilted(predicted, &present, &multipliers, pixels);
    }
    latent
}

/// The predicted distribution with every class weighted by the exponential of its multipliers; absent classes have none.
fn tilted(predicted: &[f32], present: &[bool], multipliers: &[(f32, f32)], pixels: usize) -> Vec<f32> {
    let weight = |class: usize| {
        let (at_least, at_most) = multipliers[class];
        if present[class] { (at_least - at_most).exp() } else { 0.0 }
    };
    let weights: Vec<f32> = (0..present.len()).map(weight).collect();
    let mut sums = vec![f32::MIN_POSITIVE; pixels];
    for (predicted, weight) in predicted.chunks(pixels).zip(&weights) {
        sums.iter_mut().zip(predicted).for_each(|(sum, p)| *sum += weight * p);
    }
    let classes = predicted.chunks(pixels).zip(&weights);
    classes.flat_map(|(predicted, &weight)| predicted.iter().zip(&sums).map(move |(p, sum)| weight * p / sum)).collect()
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    /// Three classes on 100 pixels; the network sees class 1 in ten of them, a little.
    fn predicted() -> Vec<f32> {
        let class1 = |i: usize| if i < 10 { 0.3 } else { 0.01 };
        let mut all: Vec<f32> = (0..100).map(|i| 1.0 - class1(i) - 0.1).collect();
        all.extend((0..100).map(class1));
        all.extend([0.1; 100]);
        all
    }

    fn shares(latent: &[f32]) -> Vec<f32> {
        latent.chunks(100).map(|class| class.iter().sum::<f32>() / 100.0).collect()
    }

    #[test]
    fn absent_classes_vanish_and_present_ones_get_their_share_where_they_are_likely() {
        let latent = latent(Constraints::PAPER, &predicted(), &[1.0, 1.0, 0.0]);
        let share = shares(&latent);
        assert!((share.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{share:?}");
        assert_eq!(share[2], 0.0);
        assert!((0.29..=0.71).contains(&share[0]) && share[1] >= 0.049, "{share:?}");
        assert!(latent[100] > 2.0 * latent[150], "{} and {}", latent[100], latent[150]);
    }

    #[test]
    fn what_meets_the_constraints_stays_as_it_is() {
        let mut predicted = vec![0.5; 100];
        predicted.extend([0.5; 100]);
        assert_eq!(latent(Constraints::PAPER, &predicted, &[1.0, 1.0]), predicted);
    }

    #[test]
    fn an_image_of_background_alone_is_background_alone() {
        assert_eq!(shares(&latent(Constraints::PAPER, &predicted(), &[1.0, 0.0, 0.0])), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_size_constraint_bounds_a_class_from_above() {
        let mut predicted = vec![0.5; 100];
        predicted.extend([0.5; 100]);
        let share = shares(&latent(Constraints::SMALL, &predicted, &[0.0, 1.0]));
        assert!((share[1] - 0.1).abs() < 0.01, "{share:?}");
    }

    #[test]
    fn the_gradient_leads_to_the_latent_distribution() -> Result<()> {
        let logits = Var::zeros((2, 2, 4, 4), candle_core::DType::F32, &Device::Cpu)?;
        let targets = Tensor::new(&[[1.0_f32, 0.0], [1.0, 1.0]], &Device::Cpu)?;
        let loss = constrained_loss(Constraints::PAPER, &logits, &targets)?;
        assert!((loss.to_scalar::<f32>()? - 2.0_f32.ln()).abs() < 1e-5);
        let gradient = loss.backward()?.get(&logits).unwrap().mean((2, 3))?.to_vec2::<f32>()?;
        // (predicted - latent) / pixels / batch: the first image is background, the second is well as it is.
        assert!((gradient[0][0] + 0.25 / 16.0).abs() < 1e-6 && gradient[1][0].abs() < 1e-6, "{gradient:?}");
        Ok(())
    }
}
