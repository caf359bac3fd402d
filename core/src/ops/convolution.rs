//! Rule 3, Eq. 1: convolution, bias, 2x2 max-pool with switches, requantization and ReLU, fused.
//!
//! ```text
//! acc[y,x,o] = b[o] + sum w[o,ky,kx,c] * x[y+ky-p, x+kx-p, c]
//! (v, s)     = max and argmax of acc over the 2x2 window, the first in row-major order wins a tie
//! q          = clamp(requantize(v, R[o]), 0, 255)
//! ```
//! The maximum is taken on accumulators: requantization is monotone, and the full-resolution map is never stored.

use crate::model::{ConvolutionArrays, EncoderLayer};
use crate::numeric::{Multiplier, requantize};
use crate::ops::write_switch;

/// An element of a row that a convolution reads: i8 for the network's input, u8 for a map.
pub trait Element: Copy + Into<i32> {}
impl Element for i8 {}
impl Element for u8 {}

/// One output row of a convolution layer.
///
/// - `window`: the input rows from `y - p` on (`y` the first convolution row that counts), `k` of them, `k + 1` where the
///   layer pools; each `[width][channels]`, empty above and below the image.
/// - `out`: `[output width][filters]`.
/// - `switches`: packed, `[output width][filters]`; empty where nobody unpools.
pub fn convolution_row<T: Element>(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[T]],
    out: &mut [u8],
    switches: &mut [u8],
) {
    switches.fill(0);
    let filters = layer.output.channels;
    for (x, pixel) in out.chunks_exact_mut(filters).enumerate() {
        let parameters = arrays.weights.chunks_exact(layer.filter_weights()).zip(arrays.bias).zip(arrays.multipliers);
        for ((o, value), ((weights, bias), multiplier)) in pixel.iter_mut().enumerate().zip(parameters) {
            let acc = |dy: usize, column: usize| {
                let rows = window.get(dy..).unwrap_or(&[]);
                bias.get().wrapping_add(accumulate(layer, rows, weights, column))
            };
            let (maximum, switch) = if layer.pool {
                let accs = [acc(0, 2 * x), acc(0, 2 * x + 1), acc(1, 2 * x), acc(1, 2 * x + 1)];
                first_maximum(accs)
            } else {
                (acc(0, x), 0)
            };
            write_switch(switches, x * filters + o, switch);
            *value = match Multiplier::new(multiplier.get()) {
                Some(multiplier) => requantize(maximum, multiplier).clamp(0, 255) as u8,
                None => 0,
            };
        }
    }
}

/// The largest of a window's four accumulators in row-major order, and its index; the first wins a tie.
fn first_maximum(accs: [i32; 4]) -> (i32, u8) {
    let mut best = (accs[0], 0);
    for (switch, acc) in (0u8..).zip(accs) {
        if acc > best.0 {
            best = (acc, switch);
        }
    }
    best
}

/// Sum of products of one filter with the window whose centre is at `column`, columns outside the image left out.
fn accumulate<T: Element>(layer: &EncoderLayer, rows: &[&[T]], weights: &[i8], column: usize) -> i32 {
    let (k, p, channels) = (layer.kernel, layer.padding(), layer.input.channels);
    let skipped = p.saturating_sub(column);
    let first = (column + skipped).saturating_sub(p);
    let end = (column + p + 1).min(layer.input.width);
    rows.iter()
        .zip(weights.chunks_exact(k * channels))
        .map(|(row, weights)| {
            let row = row.get(first * channels..end * channels).unwrap_or(&[]);
            dot(row, weights.get(skipped * channels..).unwrap_or(&[]))
        })
        .fold(0, i32::wrapping_add)
}

fn dot<T: Element>(values: &[T], weights: &[i8]) -> i32 {
    values.iter().zip(weights).map(|(&x, &w)| x.into() * i32::from(w)).fold(0, i32::wrapping_add)
}
