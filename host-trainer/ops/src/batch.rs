//! Running over the images of a batch on all threads, with sums in a fixed order.

use std::ops::Range;

use rayon::prelude::*;

/// A batch's parameter gradients are summed in so many parts, whatever the number of threads: the order of additions,
/// and so every bit of the sum, stays the same.
const PARTS: usize = 8;

/// Sums of one part of a batch, and of the whole of it.
pub(super) struct ParameterSums {
    /// Gradient of the weights, as runs.
    pub weights: Vec<f32>,
    /// Gradient of the bias.
    pub bias: Vec<f32>,
}

impl ParameterSums {
    /// Zeros.
    pub fn new(weights: usize, bias: usize) -> Self {
        Self { weights: vec![0.0; weights], bias: vec![0.0; bias] }
    }

    fn add(&mut self, other: &Self) {
        for (sums, values) in [(&mut self.weights, &other.weights), (&mut self.bias, &other.bias)] {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
    }
}

/// Adds up what `run` gives for each part of a batch of at least one image. It gets the part's images, and their part of
/// `images` (the gradient of the batch, where it is wanted), to be written.
pub(super) fn sum_over_batch(
    batch: usize,
    images: Option<&mut [f32]>,
    run: impl Fn(Range<usize>, Option<&mut [f32]>) -> ParameterSums + Sync,
) -> ParameterSums {
    let part = batch.div_ceil(PARTS);
    let ranges = (0..batch).step_by(part).map(|start| start..(start + part).min(batch));
    let parts: Vec<_> = match images {
        Some(images) => ranges.zip(images.chunks_mut(part * (images.len() / batch)).map(Some)).collect(),
        None => ranges.map(|range| (range, None)).collect(),
    };
    let mut sums: Vec<ParameterSums> = parts.into_par_iter().map(|(range, images)| run(range, images)).collect();
    let (total, rest) = sums.split_first_mut().expect("a batch has at least one image");
    rest.iter().for_each(|part| total.add(part));
    sums.swap_remove(0)
}
