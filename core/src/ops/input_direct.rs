//! Eq. 1 of the network's input of one channel for small kernels: products along x, two lanes a word.
//!
//! Each call widens the row's `k + 1` input rows and all weights into scratch, then a window takes all filters. Weights are
//! times 4 and the seeds are `4 b + 3 - position`, so that one maximum gives value and switch. Exact where
//! [`crate::model::bounds::convolution_bound`] is below 2^28.

use zerocopy::IntoBytes;

use crate::arch::lanes::pack;
use crate::arch::window_products::{WindowProducts, pair_words};
use crate::model::{ConvolutionArrays, EncoderLayer};

/// Whether the layer's shape suits [`input_direct_rows`]: one channel, pools, filters a multiple of 4, kernel 3 or 5.
pub const fn input_direct_suits(layer: &EncoderLayer) -> bool {
    let kernel = layer.kernel == 3 || layer.kernel == 5;
    kernel && layer.input.channels == 1 && layer.pool && layer.output.channels.is_multiple_of(4)
}

/// Words of scratch that [`input_direct_rows`] needs.
pub const fn input_direct_scratch_words(layer: &EncoderLayer) -> usize {
    // The last part takes the switches of a window where nobody wants them.
    value_words(layer) + weight_words(layer) + layer.output.channels.div_ceil(16)
}

/// `[pair of columns][kernel + 1 rows][even, odd]`.
const fn value_words(layer: &EncoderLayer) -> usize {
    2 * (layer.kernel + 1) * (layer.output.width + layer.kernel.div_ceil(2) - 1)
}

const fn weight_words(layer: &EncoderLayer) -> usize {
    layer.output.channels / 2 * pair_words(layer.kernel)
}

/// One output row of a layer that [`input_direct_suits`], equal to [`super::input_convolution_row`].
///
/// Arguments as those of [`super::input_winograd_rows`]; `scratch`: [`input_direct_scratch_words`].
pub fn input_direct_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    scratch: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    let Some((values, rest)) = scratch.split_at_mut_checked(value_words(layer)) else { return };
    let Some((weights, unwanted)) = rest.split_at_mut_checked(weight_words(layer)) else { return };
    let Some(products) = WindowProducts::new(layer.kernel) else { return };
    if layer.kernel == 3 {
        widen_rows::<4>(window, layer.padding(), values);
        widen_weights::<3, 2, 11>(arrays, weights);
    } else {
        widen_rows::<6>(window, layer.padding(), values);
        widen_weights::<5, 3, 20>(arrays, weights);
    }
    let filters = layer.output.channels;
    let step = 2 * (layer.kernel + 1);
    let unwanted = unwanted.as_mut_bytes();
    let mut switches = switches.chunks_exact_mut((filters / 4).max(1));
    let mut values: &[u32] = values;
    for out in out.chunks_exact_mut(filters.max(1)) {
        products.put(values, weights, out, switches.next().unwrap_or(unwanted));
        values = values.get(step..).unwrap_or(&[]);
    }
}

/// Columns from `-padding` on, in pairs: words of columns (0, 1) and (1, 2) of each.
fn widen_rows<const ROWS: usize>(window: &[&[i8]], padding: usize, values: &mut [u32]) {
    let (pairs, _) = values.as_chunks_mut::<2>().0.as_chunks_mut::<ROWS>();
    let words = |left: u32, middle: u32, right: u32| [pack(left, middle), pack(middle, right)];
    for (r, row) in window.iter().enumerate() {
        // One check for all pairs of columns.
        if r >= ROWS {
            return;
        }
        let edge = |j: usize| {
            let column = |i: usize| (2 * j + i).checked_sub(padding).and_then(|x| row.get(x)).copied().unwrap_or(0);
            words(column(0) as u32, column(1) as u32, column(2) as u32)
        };
        // The padding is 1 or 2: only the first pair meets the left border.
        let inside = row.get(2 - padding..).and_then(|row| row.split_first());
        let (mut last, columns) = inside.map_or((0, &[][..]), |(&first, rest)| (first as u32, rest.as_chunks::<2>().0));
        for (&[middle, right], rows) in columns.iter().zip(pairs.get_mut(1..).unwrap_or(&mut [])) {
            let (middle, right) = (middle as u32, right as u32);
            if let Some(place) = rows.get_mut(r) {
                *place = words(last, middle, right);
            }
            last = right;
        }
        let (left, right) = pairs.split_at_mut(pairs.len().min(1 + columns.len()));
        let borders = left.iter_mut().enumerate().take(1).chain((1 + columns.len()..).zip(right));
        for (j, rows) in borders {
            if let Some(place) = rows.get_mut(r) {
                *place = edge(j);
            }
        }
    }
}

/// Weights of all pairs of filters as [`WindowProducts`] reads them, `TAPS` pairs of taps a row of the kernel; `N` is half of
/// [`pair_words`].
fn widen_weights<const K: usize, const TAPS: usize, const N: usize>(
    arrays: &ConvolutionArrays<'_>,
    weights: &mut [u32],
) {
    let filters = arrays.weights.as_chunks::<K>().0.as_chunks::<K>().0.as_chunks::<2>().0.iter();
    let pairs = weights.as_chunks_mut::<2>().0.as_chunks_mut::<N>().0;
    let bias = arrays.bias.as_chunks::<2>().0;
    let multipliers = arrays.multipliers.as_chunks::<2>().0;
    for (((filters, pair), bias), multipliers) in filters.zip(pairs).zip(bias).zip(multipliers) {
        let Some((seeds, rest)) = pair.split_first_chunk_mut::<4>() else { return };
        let seed = bias.map(|b| b.get().wrapping_mul(4));
        for (position, place) in (0..4).zip(seeds) {
            *place = seed.map(|seed| seed.wrapping_add(3 - position) as u32);
        }
        let (rows, last) = rest.as_chunks_mut::<TAPS>();
        let [first, second] = filters;
        for ((first, second), places) in first.iter().zip(second).zip(rows) {
            let (first, second): ([u32; TAPS], [u32; TAPS]) = (tap_pairs(first), tap_pairs(second));
            for ((place, first), second) in places.iter_mut().zip(first).zip(second) {
                *place = [first, second];
            }
        }
        if let Some(place) = last.first_mut() {
            *place = multipliers.map(|multiplier| multiplier.get() as u32);
        }
    }
}

/// A row of a kernel, times 4, two taps a word.
#[inline(always)]
fn tap_pairs<const K: usize, const TAPS: usize>(row: &[i8; K]) -> [u32; TAPS] {
    let taps = row.map(|w| (i32::from(w) * 4) as u32);
    let tap = |i: usize| taps.get(i).copied().unwrap_or(0);
    core::array::from_fn(|j| pack(tap(2 * j), tap(2 * j + 1)))
}
