//! Eq. 1 of the network's input of one channel, by vectors: for a processor that has them the kernel of
//! [`super::input_direct`] and [`super::input_winograd`], in their scratch.

use zerocopy::{FromBytes, IntoBytes};

use crate::arch::input_windows::{Filters, input_windows};
use crate::model::{ConvolutionArrays, EncoderLayer};

/// See [`super::input_winograd::input_winograd_rows`]; where its scratch is too small, it does the work.
pub fn input_winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    scratch: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    if !put_rows(layer, arrays, window, scratch, out, switches) {
        super::input_winograd::input_winograd_rows(layer, arrays, window, scratch, out, switches);
    }
}

/// See [`super::input_direct::input_direct_rows`], whose scratch is always large enough.
pub fn input_direct_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    scratch: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    put_rows(layer, arrays, window, scratch, out, switches);
}

/// One output row, unless `scratch` is too small for the padded rows.
fn put_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    scratch: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) -> bool {
    let (k, p) = (layer.kernel, layer.padding());
    let pitch = layer.input.width + 2 * p;
    let Some(pixels) = scratch.as_mut_bytes().get_mut(..(k + 1) * pitch) else { return false };
    for (r, padded) in pixels.chunks_exact_mut(pitch).enumerate() {
        let row = window.get(r).copied().unwrap_or(&[]).as_bytes();
        padded.fill(0);
        if let Some(inside) = padded.get_mut(p..p + row.len()) {
            inside.copy_from_slice(row);
        }
    }
    let filters = Filters { weights: arrays.weights, kernel: k, biases: arrays.bias, multipliers: arrays.multipliers };
    input_windows(&filters, <[i8]>::ref_from_bytes(pixels).unwrap_or(&[]), pitch, out, switches);
    true
}
