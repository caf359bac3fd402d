//! A stage's class maps: its features normalized (E{} of Eq. 4) and projected by a 1x1 convolution (Eq. 5), as one
//! operation.
//!
//! E{} shifts and scales each image's map over height, width and channels together, so `W E{x} = (W x - m sum W) / d`:
//! the normalized features are never made.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;
use switchback::model::spec::Normalization;

use super::composed;
use super::values::{hold, values};

const NAME: &str = "class-maps";
/// Keeps the division of E{} finite on a constant map, which normalizes to zero.
pub(super) const EPSILON: f64 = 1e-5;
/// Sums that grow side by side.
const SUMS: usize = 16;

/// `features`: `[batch, channels, height, width]`, `weight`: `[maps, channels]`. Gives `[batch, maps, height, width]`.
///
/// # Errors
/// When shapes do not fit each other, a tensor is not f32, or they are not on one device.
pub fn class_maps(features: &Tensor, weight: &Tensor, normalization: Normalization) -> Result<Tensor> {
    if !features.device().is_cpu() {
        return composed::class_maps(features, weight, normalization);
    }
    features.contiguous()?.apply_op2(&weight.contiguous()?, ClassMapsOp { normalization })
}

struct ClassMapsOp {
    normalization: Normalization,
}

pub(super) struct Shapes {
    pub batch: usize,
    pub channels: usize,
    pub maps: usize,
    pub height: usize,
    pub width: usize,
}

impl Shapes {
    pub fn new(features: &Shape, weight: &Shape) -> Result<Self> {
        let (batch, channels, height, width) = features.dims4()?;
        let (maps, weight_channels) = weight.dims2()?;
        if channels != weight_channels {
            bail!("{NAME}: found weights {weight:?} on features {features:?}");
        }
        Ok(Self { batch, channels, maps, height, width })
    }

    fn pixels(&self) -> usize {
        self.height * self.width
    }
}

/// E{x} = (x - mean) * scale of one image.
struct Statistics {
    mean: f32,
    scale: f32,
}

impl ClassMapsOp {
    fn statistics(&self, features: &[f32]) -> Statistics {
        let elements = features.len() as f64;
        let mean = match self.normalization {
            Normalization::Standardize => sum(features, |v| v) / elements,
            Normalization::None | Normalization::Rms => 0.0,
        };
        let mean = mean as f32;
        let scale = match self.normalization {
            Normalization::None => 1.0,
            _ => 1.0 / (sum(features, |v| (v - mean) * (v - mean)) / elements + EPSILON).sqrt(),
        };
        Statistics { mean, scale: scale as f32 }
    }
}

/// Sum of `f` of all values, in several sums side by side.
fn sum(values: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    let (chunks, rest) = values.as_chunks::<SUMS>();
    let mut sums = [0.0_f32; SUMS];
    for chunk in chunks {
        for (sum, &value) in sums.iter_mut().zip(chunk) {
            *sum += f(value);
        }
    }
    let rest = rest.iter().map(|&value| f64::from(f(value))).sum::<f64>();
    rest + sums.iter().map(|&sum| f64::from(sum)).sum::<f64>()
}

/// Dot product, in several sums side by side.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<SUMS>(), b.as_chunks::<SUMS>());
    let mut sums = [0.0_f32; SUMS];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// `sum += factor * values`.
fn add_scaled(sum: &mut [f32], factor: f32, values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

impl CustomOp2 for ClassMapsOp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        features: &CpuStorage,
        features_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let shapes = Shapes::new(features_layout.shape(), weight_layout.shape())?;
        let (features, weight) = (values(features, features_layout, NAME)?, values(weight, weight_layout, NAME)?);
        let pixels = shapes.pixels();
        let mut output = vec![0.0; shapes.batch * shapes.maps * pixels];
        let images = output.par_chunks_exact_mut(shapes.maps * pixels);
        images.zip(features.par_chunks_exact(shapes.channels * pixels)).for_each(|(maps, features)| {
            let Statistics { mean, scale } = self.statistics(features);
            for (map, weights) in maps.chunks_exact_mut(pixels).zip(weight.chunks_exact(shapes.channels)) {
                map.fill(-mean * scale * weights.iter().sum::<f32>());
                for (plane, weight) in features.chunks_exact(pixels).zip(weights) {
                    add_scaled(map, scale * weight, plane);
                }
            }
        });
        Ok((CpuStorage::F32(output), Shape::from((shapes.batch, shapes.maps, shapes.height, shapes.width))))
    }

    fn bwd(
        &self,
        features: &Tensor,
        weight: &Tensor,
        _maps: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let shapes = Shapes::new(features.shape(), weight.shape())?;
        let gradient = gradient.contiguous()?;
        let (features_held, weight_held, gradient_held) = (hold(features), hold(weight), hold(&gradient));
        let weight_values = weight_held.values(NAME)?;
        let image = shapes.channels * shapes.pixels();
        let mut features_gradient = vec![0.0; shapes.batch * image];
        let weight_gradients: Vec<Vec<f32>> = features_gradient
            .par_chunks_exact_mut(image)
            .zip(features_held.values(NAME)?.par_chunks_exact(image))
            .zip(gradient_held.values(NAME)?.par_chunks_exact(shapes.maps * shapes.pixels()))
            .map(|((output, features), gradient)| {
                self.image_gradient(&shapes, features, weight_values, gradient, output)
            })
            .collect();
        let mut weight_gradient = vec![0.0; weight_values.len()];
        weight_gradients.iter().for_each(|of_image| add_scaled(&mut weight_gradient, 1.0, of_image));
        Ok((
            Some(Tensor::from_vec(features_gradient, features.shape(), features.device())?),
            Some(Tensor::from_vec(weight_gradient, weight.shape(), weight.device())?),
        ))
    }
}

impl ClassMapsOp {
    /// Writes the gradient of one image's features and returns that of the weights.
    ///
    /// With n = E{x} and its gradient g = W^T of the maps' gradient:
    /// `dx = scale * (g - mean(g) - n * mean(g n))`; without a mean to subtract there is no mean(g), without a scale no
    /// mean(g n).
    fn image_gradient(
        &self,
        shapes: &Shapes,
        features: &[f32],
        weight: &[f32],
        gradient: &[f32],
        output: &mut [f32],
    ) -> Vec<f32> {
        let pixels = shapes.pixels();
        let Statistics { mean, scale } = self.statistics(features);
        let maps = || gradient.chunks_exact(pixels);
        let mut weight_gradient = Vec::with_capacity(weight.len());
        let (mut mean_g, mut mean_gn) = (0.0_f64, 0.0_f64);
        for (map, weights) in maps().zip(weight.chunks_exact(shapes.channels)) {
            let total = sum(map, |v| v) as f32;
            for (plane, &weight) in features.chunks_exact(pixels).zip(weights) {
                let with_n = scale * (dot(map, plane) - mean * total);
                weight_gradient.push(with_n);
                mean_g += f64::from(weight * total);
                mean_gn += f64::from(weight * with_n);
            }
        }
        let elements = features.len() as f64;
        let mean_g = if self.normalization == Normalization::Standardize { (mean_g / elements) as f32 } else { 0.0 };
        let mean_gn = if self.normalization == Normalization::None { 0.0 } else { (mean_gn / elements) as f32 };
        let slope = -scale * scale * mean_gn;
        let constant = -scale * mean_g - slope * mean;
        let planes = output.chunks_exact_mut(pixels).zip(features.chunks_exact(pixels));
        for (channel, (output, plane)) in planes.enumerate() {
            for (output, feature) in output.iter_mut().zip(plane) {
                *output = constant + slope * feature;
            }
            for (map, weights) in maps().zip(weight.chunks_exact(shapes.channels)) {
                add_scaled(output, scale * weights[channel], map);
            }
        }
        weight_gradient
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{check_finite_differences, random_var};
    use super::*;

    const ALL: [Normalization; 3] = [Normalization::None, Normalization::Standardize, Normalization::Rms];

    #[test]
    fn equals_finite_differences() -> Result<()> {
        for normalization in ALL {
            let vars = [random_var(4, &[2, 3, 4, 5])?, random_var(5, &[2, 3])?];
            check_finite_differences(&vars, |[features, weight]| class_maps(features, weight, normalization))?;
        }
        Ok(())
    }

    #[test]
    fn a_constant_map_normalizes_to_zero() -> Result<()> {
        let features = random_var(1, &[1, 2, 3, 3])?.zeros_like()?;
        let weight = random_var(2, &[2, 2])?;
        let maps = class_maps(&features, &weight, Normalization::Standardize)?;
        assert_eq!(maps.sqr()?.sum_all()?.to_scalar::<f32>()?, 0.0);
        Ok(())
    }
}
