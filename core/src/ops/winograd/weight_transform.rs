//! U = G g G^T of two filters, and the seeds that start the sums.

use super::scratch::Scratch;
use super::{block_at, block_taps, blocks_a_side};
use crate::arch::filter_transform::filter_transform;
use crate::arch::products::frequency;
use crate::arch::tile_outputs::NUMBERING;
use crate::model::{ConvolutionArrays, EncoderLayer};

/// Transforms filters `first` and `first + 1`.
pub(super) fn filters(layer: &EncoderLayer, arrays: &ConvolutionArrays<'_>, first: usize, scratch: &mut Scratch<'_>) {
    for output in 0..2 {
        let start = (first + output) * layer.filter_weights();
        let weights = arrays.weights.get(start..start + layer.filter_weights()).unwrap_or(&[]);
        let bias = arrays.bias.get(first + output).map_or(0, |bias| bias.get());
        seeds(bias, output, scratch);
        filter(layer, zerocopy::IntoBytes::as_bytes(weights), output, scratch);
    }
}

fn seeds(bias: i32, output: usize, scratch: &mut Scratch<'_>) {
    let seeds = scratch.seeds.as_flattened_mut().get_mut(output..).unwrap_or(&mut []);
    seeds.iter_mut().step_by(2).for_each(|seed| *seed = 0);
    // Column 1 of A^T is -scale / 6: 36 b there adds b to every accumulator.
    let bias = (frequency(1, 1), (bias as u32).wrapping_mul(36));
    for (f, value) in NUMBERING.into_iter().chain([bias]) {
        if let Some(seed) = seeds.get_mut(2 * f) {
            *seed = seed.wrapping_add(value);
        }
    }
}

fn filter(layer: &EncoderLayer, weights: &[u8], output: usize, scratch: &mut Scratch<'_>) {
    let (k, channels) = (layer.kernel, layer.input.channels);
    let pairs = channels / 2;
    for index in 0..blocks_a_side(k).pow(2) {
        let (block_y, block_x) = block_at(k, index);
        let taps = weights.get((3 * block_y * k + 3 * block_x) * channels..).unwrap_or(&[]);
        let u = scratch.u.get_mut(index * pairs..(index + 1) * pairs).unwrap_or(&mut []);
        let transform = match (block_taps(k, block_y), block_taps(k, block_x)) {
            (3, 3) => filter_transform::<3, 3>,
            (3, _) => filter_transform::<3, 2>,
            (_, 3) => filter_transform::<2, 3>,
            _ => filter_transform::<2, 2>,
        };
        transform(taps, channels, k * channels, output, u);
    }
}
