//! Rule 6, Eq. 2 and 3 without an unpool: the second and later tied deconvolutions of a stage (Table 2).
//!
//! ```text
//! acc[y,x,c] = b[c] + sum w[o,ky,kx,c] * m[o] * q[y-ky+p, x-kx+p, o]
//! q          = clamp(requantize(acc, R), 0, 255)
//! ```

use zerocopy::little_endian::I32;

use crate::model::{ConvolutionArrays, DecoderLayer};
use crate::numeric::{Multiplier, requantize};

/// The arrays of a tied deconvolution: the convolution's weights and the deconvolution's own numbers.
#[derive(Clone, Copy, Debug)]
pub struct DeconvolutionArrays<'a> {
    /// `[filter][ky][kx][channel]`, the convolution's own.
    pub weights: &'a [i8],
    /// m of rule 2, one a filter.
    pub ratios: &'a [u8],
    /// One a channel of the output.
    pub bias: &'a [I32],
    /// R, one for the whole layer.
    pub multiplier: Multiplier,
}

impl<'a> DeconvolutionArrays<'a> {
    /// The deconvolution that is tied to a convolution.
    pub fn tied(convolution: ConvolutionArrays<'a>, multiplier: Multiplier) -> Self {
        let ConvolutionArrays { weights, ratios, deconvolution_bias: bias, .. } = convolution;
        Self { weights, ratios, bias, multiplier }
    }

    /// Starts the accumulators of one output pixel.
    pub(super) fn start(&self, accumulators: &mut [i32]) {
        for (acc, bias) in accumulators.iter_mut().zip(self.bias) {
            *acc = bias.get();
        }
    }

    /// Adds one input value at tap `(ky, kx)` to the accumulators of an output pixel. Zeros are never multiplied.
    pub(super) fn add(
        &self,
        layer: &DecoderLayer,
        filter: usize,
        value: u8,
        (ky, kx): (usize, usize),
        accumulators: &mut [i32],
    ) {
        let channels = layer.output.channels;
        let start = ((filter * layer.kernel + ky) * layer.kernel + kx) * channels;
        let weights = self.weights.get(start..start + channels).unwrap_or(&[]);
        let ratio = self.ratios.get(filter).copied().unwrap_or(0);
        let value = i32::from(value) * i32::from(ratio);
        for (acc, &w) in accumulators.iter_mut().zip(weights) {
            *acc = acc.wrapping_add(value * i32::from(w));
        }
    }

    /// Ends an output pixel.
    pub(super) fn store(&self, accumulators: &[i32], pixel: &mut [u8]) {
        for (value, &acc) in pixel.iter_mut().zip(accumulators) {
            *value = requantize(acc, self.multiplier).clamp(0, 255) as u8;
        }
    }
}

/// Row `y` of the output of a deconvolution that reads a dense map.
///
/// - `window`: the input rows from `y - p` on, `k` of them, each `[width][filters]`, empty above and below the map.
/// - `accumulators`: one a channel of the output; scratch.
/// - `out`: `[width][channels]`.
pub fn deconvolution_row(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    window: &[&[u8]],
    accumulators: &mut [i32],
    out: &mut [u8],
) {
    let (k, p, filters) = (layer.kernel, layer.padding(), layer.input.channels);
    for (x, pixel) in out.chunks_exact_mut(layer.output.channels.max(1)).enumerate() {
        arrays.start(accumulators);
        for (row, ky) in window.iter().zip((0..k).rev()) {
            let columns = x.saturating_sub(p)..(x + p + 1).min(layer.input.width);
            for column in columns {
                let values = row.get(column * filters..(column + 1) * filters).unwrap_or(&[]);
                for (filter, &value) in values.iter().enumerate().filter(|&(_, &value)| value != 0) {
                    arrays.add(layer, filter, value, (ky, x + p - column), accumulators);
                }
            }
        }
        arrays.store(accumulators, pixel);
    }
}
