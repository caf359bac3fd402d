//! Running over the images of a batch on all threads, with sums in a fixed order.

use rayon::prelude::*;

use super::correlation::Correlation;

/// A batch's weight gradient is summed in so many parts, whatever the number of threads: the order of additions, and so
/// every bit of the sum, stays the same.
const PARTS: usize = 8;

/// Gradients of a layer's weights and bias.
pub(super) struct ParameterGradient {
    /// As the weights: `[filters][channels][kernel][kernel]`.
    pub weights: Vec<f32>,
    /// One a bias.
    pub bias: Vec<f32>,
}

/// Sums the gradients of all images. `add(image, weights, bias)` adds those of one image to `[taps][filters]` sums and
/// to `biases` sums.
pub(super) fn sum_parameter_gradients(
    batch: usize,
    shape: &Correlation,
    biases: usize,
    add: impl Fn(usize, &mut [f32], &mut [f32]) + Sync,
) -> ParameterGradient {
    let part = batch.div_ceil(PARTS).max(1);
    let starts: Vec<usize> = (0..batch).step_by(part).collect();
    let parts: Vec<(Vec<f32>, Vec<f32>)> = starts
        .into_par_iter()
        .map(|start| {
            let mut sums = (vec![0.0; shape.taps() * shape.filters], vec![0.0; biases]);
            for image in start..(start + part).min(batch) {
                add(image, &mut sums.0, &mut sums.1);
            }
            sums
        })
        .collect();
    let mut transposed = vec![0.0; shape.taps() * shape.filters];
    let mut bias = vec![0.0; biases];
    for (part_weights, part_bias) in &parts {
        add_to(&mut transposed, part_weights);
        add_to(&mut bias, part_bias);
    }
    let mut weights = Vec::with_capacity(transposed.len());
    for filter in 0..shape.filters {
        weights.extend(transposed.iter().skip(filter).step_by(shape.filters));
    }
    ParameterGradient { weights, bias }
}

fn add_to(sum: &mut [f32], values: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += value;
    }
}

/// Adds to each bias gradient the sum of its plane of `gradient`.
pub(super) fn add_plane_sums(gradient: &[f32], bias: &mut [f32]) {
    let pixels = gradient.len() / bias.len().max(1);
    for (plane, sum) in gradient.chunks_exact(pixels.max(1)).zip(bias) {
        *sum += plane.iter().sum::<f32>();
    }
}

/// The gradient before a ReLU whose result was `result`: blocked where it gave zero.
pub(super) fn rectified_gradient(result: &[f32], gradient: &[f32]) -> Vec<f32> {
    let pass = |(&r, &g): (&f32, &f32)| if r > 0.0 { g } else { 0.0 };
    result.iter().zip(gradient).map(pass).collect()
}
