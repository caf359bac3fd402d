//! Biases and multipliers from what a layer computes on one image, so that as many values are zero as is asked for and the largest
//! are about 255.

use alloc::vec;
use alloc::vec::Vec;

use switchback::model::{DecoderLayer, EncoderLayer, MapShape};
use switchback::numeric::{Multiplier, requantize};

use crate::networks::Density;
use crate::random::multiplier;

/// A whole map, channels last.
pub struct Map {
    /// Its shape.
    pub shape: MapShape,
    /// Its elements.
    pub values: Vec<i16>,
}

/// Bias and multiplier of each filter of a pooled convolution, and its output.
pub fn convolution(layer: &EncoderLayer, weights: &[i8], input: &Map, density: Density) -> (Vec<i32>, Vec<i32>, Map) {
    let filters = layer.output.channels;
    let shape = layer.output;
    let mut values = vec![0; shape.elements()];
    let (mut biases, mut multipliers) = (Vec::new(), Vec::new());
    for (filter, weights) in weights.chunks_exact(layer.filter_weights()).enumerate() {
        let accumulators = accumulators(layer, weights, input);
        let pooled = pool(&accumulators, input.shape, shape);
        let bias = match density {
            Density::BeforePool(sixteenths) => 1 - quantile(accumulators, sixteenths),
            Density::AfterPool(sixteenths) => 1 - quantile(pooled.clone(), sixteenths),
        };
        let largest = pooled.iter().map(|&value| value + bias).max().unwrap_or(0).max(1);
        // One more, so that the smallest accumulator that counts is not rounded to zero.
        let scale = multiplier(255, largest as u64);
        for (pixel, &value) in values.chunks_exact_mut(filters).zip(&pooled) {
            pixel[filter] = output(value + bias, scale);
        }
        biases.push(bias);
        multipliers.push(scale);
    }
    (biases, multipliers, Map { shape, values })
}

/// One bias for all channels of a tied deconvolution, and its multiplier. What a layer sums up is spread around zero, by as much as
/// its weights and the share of its input that is not zero say; where the maps shall be full the bias lifts it above.
pub fn deconvolution(layer: &DecoderLayer, weights: &[i8], ratios: &[u8], density: Density) -> (i32, i32) {
    let filter_weights = layer.kernel * layer.kernel * layer.output.channels;
    let energy: u64 = weights
        .chunks_exact(filter_weights)
        .zip(ratios)
        .map(|(filter, &ratio)| {
            let energy: u64 = filter.iter().map(|&weight| u64::from(weight.unsigned_abs()).pow(2)).sum();
            energy * u64::from(ratio).pow(2)
        })
        .sum();
    // An eighth of the unpooled positions, values around 64; the largest are four deviations from zero.
    let largest = 4 * 64 * (energy / (8 * layer.output.channels as u64)).isqrt();
    match density == Density::AfterPool(16) {
        true => (largest as i32, multiplier(255, 2 * largest)),
        false => (0, multiplier(255, largest)),
    }
}

/// `clamp(requantize(accumulator, scale), 0, 255)`.
fn output(accumulator: i32, scale: i32) -> i16 {
    Multiplier::new(scale).map_or(0, |scale| requantize(accumulator, scale).clamp(0, 255) as i16)
}

/// The value that so many 16ths of all reach.
fn quantile(mut values: Vec<i32>, sixteenths: u8) -> i32 {
    values.sort_unstable();
    let below = values.len() * (16 - usize::from(sixteenths)) / 16;
    values.get(below).copied().unwrap_or(0)
}

/// One filter over the whole map, same padding.
fn accumulators(layer: &EncoderLayer, weights: &[i8], input: &Map) -> Vec<i32> {
    let (kernel, padding) = (layer.kernel as isize, layer.padding() as isize);
    let MapShape { height, width, channels } = input.shape;
    let mut sums = vec![0; height * width];
    for (y, sums) in sums.chunks_exact_mut(width).enumerate() {
        for ky in 0..kernel {
            let row = y as isize + ky - padding;
            if !(0..height as isize).contains(&row) {
                continue;
            }
            for kx in 0..kernel {
                let tap = &weights[((ky * kernel + kx) as usize) * channels..][..channels];
                for (x, sum) in sums.iter_mut().enumerate() {
                    let column = x as isize + kx - padding;
                    if (0..width as isize).contains(&column) {
                        let at = (row as usize * width + column as usize) * channels;
                        let pixel = &input.values[at..at + channels];
                        *sum += pixel.iter().zip(tap).map(|(&v, &w)| i32::from(v) * i32::from(w)).sum::<i32>();
                    }
                }
            }
        }
    }
    sums
}

/// The largest of each 2x2 window.
fn pool(values: &[i32], from: MapShape, to: MapShape) -> Vec<i32> {
    let of_window = |y: usize, x: usize| {
        let corners = [(0, 0), (0, 1), (1, 0), (1, 1)];
        corners.into_iter().map(|(dy, dx)| values[(2 * y + dy) * from.width + 2 * x + dx]).max().unwrap_or(0)
    };
    (0..to.height).flat_map(|y| (0..to.width).map(move |x| of_window(y, x))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_is_asked_for_is_not_zero() {
        let values: Vec<i32> = (0..160).rev().collect();
        for sixteenths in [1, 2, 8, 16] {
            let bias = 1 - quantile(values.clone(), sixteenths);
            let positive = values.iter().filter(|&&value| value + bias > 0).count();
            assert_eq!(positive, 10 * usize::from(sixteenths));
        }
    }
}
