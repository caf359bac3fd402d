//! U = G g G^T of two filters, and the bias among the seeds that start the sums.

use super::Half;
use super::scratch::Factors;
use crate::arch::filter_transform::filter_transform;
use crate::arch::products::frequency;
use crate::arch::tile_outputs::NUMBERING;
use crate::model::{ConvolutionArrays, EncoderLayer};

/// Transforms filters `first` and `first + 1`.
pub(super) fn filters(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    first: usize,
    half: Half,
    factors: &mut Factors<'_>,
) {
    for output in 0..2 {
        let start = (first + output) * layer.filter_weights();
        let weights = arrays.weights.get(start..start + layer.filter_weights()).unwrap_or(&[]);
        let bias = arrays.bias.get(first + output).map_or(0, |bias| bias.get());
        let seed = factors.seeds.get_mut(frequency(1, 1)).and_then(|seeds| seeds.get_mut(output));
        if let (Some(seed), [(_, numbering), ..]) = (seed, NUMBERING) {
            // Column 1 of A^T is -scale / 6: 36 b there adds b to every accumulator.
            *seed = numbering.wrapping_add((bias as u32).wrapping_mul(36));
        }
        let channels = layer.input.channels;
        let weights = zerocopy::IntoBytes::as_bytes(weights);
        match half {
            Half::Even => filter_transform(layer.kernel, weights, channels, false, output, factors.u),
            Half::Odd => filter_transform(layer.kernel, weights, channels, true, output, factors.u),
            Half::Both => {
                let (even, odd) = factors.u.split_at_mut_checked(factors.u.len() / 2).unwrap_or_default();
                filter_transform(layer.kernel, weights, channels, false, output, even);
                filter_transform(layer.kernel, weights, channels, true, output, odd);
            }
        }
    }
}
