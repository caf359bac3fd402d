//! Eq. 1 of the network's input of one channel, by vectors of a row of taps: the kernel of a processor that has them, where
//! [`super::input_direct_suits`] or [`super::input_winograd_suits`].

use zerocopy::{FromBytes, IntoBytes};

use crate::arch::input_windows::{Filters, input_windows};
use crate::model::{ConvolutionArrays, EncoderLayer};

/// Bytes of a padded row of pixels.
const fn pitch(layer: &EncoderLayer) -> usize {
    layer.input.width + 2 * layer.padding()
}

/// Words of scratch that [`input_window_rows`] needs: the rows of a window, padded.
pub const fn input_window_scratch_words(layer: &EncoderLayer) -> usize {
    ((layer.kernel + 1) * pitch(layer)).div_ceil(4)
}

/// One output row, as [`super::input_convolution_row`] makes it, while accumulators stay below 2^28.
///
/// - `scratch`: [`input_window_scratch_words`] words; it needs no particular contents.
/// - `switches`: a packed row, or empty.
pub fn input_window_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    scratch: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    let (k, p, pitch) = (layer.kernel, layer.padding(), pitch(layer));
    let Some(pixels) = scratch.as_mut_bytes().get_mut(..(k + 1) * pitch) else { return };
    for (r, padded) in pixels.chunks_exact_mut(pitch.max(1)).enumerate() {
        let row = window.get(r).copied().unwrap_or(&[]).as_bytes();
        padded.fill(0);
        if let Some(inside) = padded.get_mut(p..p + row.len()) {
            inside.copy_from_slice(row);
        }
    }
    let filters = Filters { weights: arrays.weights, kernel: k, biases: arrays.bias, multipliers: arrays.multipliers };
    input_windows(&filters, <[i8]>::ref_from_bytes(pixels).unwrap_or(&[]), pitch, out, switches);
}
