//! Rule 3, Eq. 1: convolution, bias, 2x2 max-pool with switches, requantization and ReLU, fused.
//!
//! ```text
//! acc[y,x,o] = b[o] + sum w[o,ky,kx,c] * x[y+ky-p, x+kx-p, c]
//! (v, s)     = max and argmax of acc over the 2x2 window, the first in row-major order wins a tie
//! q          = clamp(requantize(v, R[o]), 0, 255)
//! ```
//! The maximum is taken on accumulators: requantization is monotone, and the full-resolution map is never stored.

use zerocopy::IntoBytes;

use crate::model::spec::MAX_KERNEL;
use crate::model::{ConvolutionArrays, EncoderLayer};
use crate::numeric::{Multiplier, requantize};
use crate::ops::write_switch;

/// An element of a row that a convolution reads: i8 for the network's input, u8 for a map.
trait Element: Copy {
    /// Its value. Small programs (without the feature `fast`) have the code for u8 alone, and take the bytes of i8 as such: `sign` is
    /// then the bit that counts as negative.
    fn value(self, sign: u8) -> i32;
}

impl Element for i8 {
    fn value(self, _sign: u8) -> i32 {
        self.into()
    }
}

impl Element for u8 {
    fn value(self, sign: u8) -> i32 {
        if cfg!(feature = "fast") { self.into() } else { i32::from(self ^ sign) - i32::from(sign) }
    }
}

/// The most rows of a window.
const MAX_ROWS: usize = MAX_KERNEL as usize + 1;
// A pool's window has one more than the kernel; only builds without `fast` copy it.
const _: () = assert!(MAX_ROWS > MAX_KERNEL as usize);

/// One output row of a convolution layer that reads a map.
///
/// - `window`: the input rows from `y - p` on (`y` the first convolution row that counts), `k` of them, `k + 1` where the
///   layer pools; each `[width][channels]`, empty above and below the image.
/// - `out`: `[output width][filters]`.
/// - `switches`: packed, `[output width][filters]`; empty where nobody unpools.
pub fn convolution_row(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[u8]],
    out: &mut [u8],
    switches: &mut [u8],
) {
    row_of(layer, arrays, window, 0, out, switches);
}

/// [`convolution_row`] of the layer that reads the network's input.
pub fn input_convolution_row(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    out: &mut [u8],
    switches: &mut [u8],
) {
    if cfg!(feature = "fast") {
        return row_of(layer, arrays, window, 0, out, switches);
    }
    let mut rows: [&[u8]; MAX_ROWS] = [&[]; MAX_ROWS];
    for (row, elements) in rows.iter_mut().zip(window) {
        *row = elements.as_bytes();
    }
    row_of(layer, arrays, rows.get(..window.len()).unwrap_or_default(), 0x80, out, switches);
}

// The functions above are not generic, so that this is compiled with the core's profile whatever a session's observer is.
fn row_of<T: Element>(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[T]],
    sign: u8,
    out: &mut [u8],
    switches: &mut [u8],
) {
    switches.fill(0);
    let filters = layer.output.channels;
    for (x, pixel) in out.chunks_exact_mut(filters.max(1)).enumerate() {
        let parameters =
            arrays.weights.chunks_exact(layer.filter_weights().max(1)).zip(arrays.bias).zip(arrays.multipliers);
        for ((o, value), ((weights, bias), multiplier)) in pixel.iter_mut().enumerate().zip(parameters) {
            let (maximum, switch) = if layer.pool {
                first_maximum(accumulate_pooled(layer, window, sign, weights, 2 * x))
            } else {
                (accumulate(layer, window, sign, weights, x), 0)
            };
            write_switch(switches, x * filters + o, switch);
            *value = match Multiplier::new(multiplier.get()) {
                Some(multiplier) => requantize(bias.get().wrapping_add(maximum), multiplier).clamp(0, 255) as u8,
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

/// The sums of products of one filter for the four positions of a pooling window, `column` the left ones'.
fn accumulate_pooled<T: Element>(
    layer: &EncoderLayer,
    rows: &[&[T]],
    sign: u8,
    weights: &[i8],
    column: usize,
) -> [i32; 4] {
    let (p, channels) = (layer.padding(), layer.input.channels);
    let taps = layer.kernel * channels;
    let lower_rows = rows.get(1..).unwrap_or(&[]);
    let at_edge = column < p || column + 1 + p >= layer.input.width;
    if at_edge || !cfg!(feature = "fast") {
        let at = |rows, column| accumulate(layer, rows, sign, weights, column);
        return [at(rows, column), at(rows, column + 1), at(lower_rows, column), at(lower_rows, column + 1)];
    }
    let left = (column - p) * channels;
    let right = left + channels;
    let mut sums = [0; 4];
    for ((upper, lower), weights) in rows.iter().zip(lower_rows).zip(weights.chunks_exact(taps.max(1))) {
        let windows = [(upper, left), (upper, right), (lower, left), (lower, right)];
        let windows = windows.map(|(row, first)| row.get(first..first + taps).unwrap_or(&[]));
        // A row of padding adds nothing, and ends `dot4` for the rows beside it.
        let parts = if upper.is_empty() || lower.is_empty() {
            windows.map(|window| dot(window, sign, weights))
        } else {
            dot4(windows, sign, weights)
        };
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = i32::wrapping_add(*sum, part);
        }
    }
    sums
}

/// Sum of products of one filter with the window whose centre is at `column`, columns outside the image left out.
fn accumulate<T: Element>(layer: &EncoderLayer, rows: &[&[T]], sign: u8, weights: &[i8], column: usize) -> i32 {
    let (k, p, channels) = (layer.kernel, layer.padding(), layer.input.channels);
    let skipped = p.saturating_sub(column);
    let first = (column + skipped).saturating_sub(p);
    let end = (column + p + 1).min(layer.input.width);
    rows.iter()
        .zip(weights.chunks_exact((k * channels).max(1)))
        .map(|(row, weights)| {
            let row = row.get(first * channels..end * channels).unwrap_or(&[]);
            dot(row, sign, weights.get(skipped * channels..).unwrap_or(&[]))
        })
        .fold(0, i32::wrapping_add)
}

/// The products of four windows with the same weights: each weight is loaded and widened once.
fn dot4<T: Element>(values: [&[T]; 4], sign: u8, weights: &[i8]) -> [i32; 4] {
    let [a, b, c, d] = values;
    let mut sums = [0i32; 4];
    for ((((&a, &b), &c), &d), &w) in a.iter().zip(b).zip(c).zip(d).zip(weights) {
        let w = i32::from(w);
        for (sum, value) in sums.iter_mut().zip([a, b, c, d]) {
            *sum = sum.wrapping_add(value.value(sign) * w);
        }
    }
    sums
}

fn dot<T: Element>(values: &[T], sign: u8, weights: &[i8]) -> i32 {
    values.iter().zip(weights).map(|(&x, &w)| x.value(sign) * i32::from(w)).fold(0, i32::wrapping_add)
}
