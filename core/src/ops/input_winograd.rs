//! Eq. 1 of the network's input of one channel, by a Winograd transform F(4,3) along x: 6 products for 4 outputs and 3 taps.
//!
//! A row of the kernel is cut into blocks of three taps, two blocks a word of two lanes; blocks and rows of the kernel are
//! the depth of a sum of products at each frequency. The points are 0, 1, -1, 2, -2 and infinity:
//!
//! ```text
//! B^T = 4  0 -5  0  1  0     G = 1  0  0     A^T = 6 -4 -4  1  1  0   = 24 outputs 0
//!       0 -4 -4  1  1  0         1  1  1           0 -2  2  1 -1  0     12         1
//!       0  4 -4 -1  1  0         1 -1  1           0 -1 -1  1  1  0      6         2
//!       0 -2 -1  2  1  0         1  2  4           0 -1  1  2 -2  6      6         3
//!       0  2 -1 -2  1  0         1 -2  4
//!       0  4  0 -5  0  1         0  0  1
//! ```
//! Sums wrap, yet the result is exact: times the inverse of 3 modulo 2^32, an output is 8, 4 or 2 times the accumulator
//! modulo 2^32, which is that number itself where [`crate::model::bounds::convolution_bound`] is below 2^28.
//!
//! A *group* is 8 columns of 2 rows: four pooling windows. Scratch holds either the transformed values of some groups of the
//! row and the transformed weights of one pair of filters, or one group and all pairs, whichever is smaller; with all groups
//! of the row, or all pairs, each is then transformed once a call.

use crate::arch::column_products::{Codes, ColumnProducts, FREQUENCIES, column_words};
use crate::arch::lanes::{join, requantize_u8, separate};
use crate::arch::portable::filter_transform::line as weight_line;
use crate::model::{ConvolutionArrays, EncoderLayer};

#[cfg(test)]
mod tests;

/// Columns of a group.
const GROUP_COLUMNS: usize = 8;
/// Pooling windows of a group.
const GROUP_WINDOWS: usize = GROUP_COLUMNS / 2;
/// Input columns that a group reads, whatever the kernel: two tiles of six, 4 apart, in four blocks 3 apart, and one more.
const READ_COLUMNS: usize = 20;
/// What is added to the low lane of transformed values, so that it is never negative and borrows nothing from the high one:
/// 127 times the largest sum of magnitudes of a row of B^T.
const LOW_OFFSET: u32 = 1270;

/// Whether the layer's shape suits [`input_winograd_rows`]: one channel, pools, filters a multiple of 4, kernel 3 to 11.
pub const fn input_winograd_suits(layer: &EncoderLayer) -> bool {
    let kernel = layer.kernel % 2 == 1 && layer.kernel >= 3 && layer.kernel <= 11;
    kernel && layer.input.channels == 1 && layer.pool && layer.output.channels.is_multiple_of(4)
}

/// Groups of a row.
pub const fn input_winograd_groups(layer: &EncoderLayer) -> usize {
    layer.output.width.div_ceil(GROUP_WINDOWS)
}

/// Words of scratch that [`input_winograd_rows`] needs with `groups` groups at a time.
pub const fn input_winograd_scratch_words(layer: &EncoderLayer, groups: usize) -> usize {
    let sizes = Sizes::new(layer, groups);
    sizes.value_groups() * sizes.values + sizes.weight_pairs() * sizes.weights
}

/// Sizes of the two halves of the scratch, in words.
struct Sizes {
    /// Transformed values of a group: `[kernel + 1 rows][frequency][word][tile]`.
    values: usize,
    /// Transformed weights of a pair of filters: `[frequency][seed, then [ky][word]][filter]`.
    weights: usize,
    /// Groups of a row at a time.
    groups: usize,
    /// Pairs of filters.
    pairs: usize,
}

impl Sizes {
    const fn new(layer: &EncoderLayer, groups: usize) -> Self {
        let words = column_words(layer.kernel);
        let all = input_winograd_groups(layer);
        Self {
            values: (layer.kernel + 1) * FREQUENCIES * words * 2,
            weights: FREQUENCIES * (1 + layer.kernel * words) * 2,
            groups: if groups < all { groups } else { all },
            pairs: layer.output.channels / 2,
        }
    }

    /// Whether scratch holds the weights of all pairs rather than the values of all groups.
    const fn keeps_weights(&self) -> bool {
        self.values + self.pairs * self.weights <= self.groups * self.values + self.weights
    }

    const fn value_groups(&self) -> usize {
        if self.keeps_weights() { 1 } else { self.groups }
    }

    const fn weight_pairs(&self) -> usize {
        if self.keeps_weights() { self.pairs } else { 1 }
    }
}

/// One output row of a layer that [`input_winograd_suits`], equal to [`super::input_convolution_row`].
///
/// - `window`: the `k + 1` input rows from `y - p` on (`y` the first convolution row that counts), each `[width]`, empty
///   above and below the image.
/// - `groups`: groups whose transformed values are kept at a time, at least 1: more of them share a transform of the weights.
/// - `scratch`: [`input_winograd_scratch_words`], no particular contents before.
/// - `out`: `[output width][filters]`.
/// - `switches`: packed, `[output width][filters]`; empty where nobody unpools.
pub fn input_winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    groups: usize,
    scratch: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    let sizes = Sizes::new(layer, groups);
    let Some((values, weights)) = scratch.split_at_mut_checked(sizes.value_groups() * sizes.values) else { return };
    let Some(kernel) = ColumnProducts::new(layer.kernel) else { return };
    switches.fill(0);
    let mut row = OutputRow { filters: layer.output.channels, codes: [[0; 2]; GROUP_WINDOWS], out, switches };
    let pairs = || arrays.weights.chunks_exact((2 * layer.filter_weights()).max(1)).zip(parameters(arrays)).enumerate();
    let groups = 0..input_winograd_groups(layer);
    if sizes.keeps_weights() {
        for ((_, (filters, parameters)), weights) in pairs().zip(weights.chunks_exact_mut(sizes.weights.max(1))) {
            transform_weights(layer.kernel, filters, parameters.bias, weights);
        }
        for group in groups {
            transform_values(layer, window, group, values);
            for ((pair, (_, parameters)), weights) in pairs().zip(weights.chunks_exact(sizes.weights.max(1))) {
                row.put(kernel, values, weights, parameters.multipliers, group, pair);
            }
        }
    } else {
        for first in groups.clone().step_by(sizes.groups.max(1)) {
            let some = first..(first + sizes.groups).min(groups.end);
            for (group, values) in some.clone().zip(values.chunks_exact_mut(sizes.values.max(1))) {
                transform_values(layer, window, group, values);
            }
            for (pair, (filters, parameters)) in pairs() {
                transform_weights(layer.kernel, filters, parameters.bias, weights);
                for (group, values) in some.clone().zip(values.chunks_exact(sizes.values.max(1))) {
                    row.put(kernel, values, weights, parameters.multipliers, group, pair);
                }
            }
        }
    }
}

/// What belongs to a pair of filters.
struct PairParameters {
    bias: [i32; 2],
    multipliers: [i32; 2],
}

fn parameters(arrays: &ConvolutionArrays<'_>) -> impl Iterator<Item = PairParameters> {
    let (bias, multipliers) = (arrays.bias.as_chunks::<2>().0, arrays.multipliers.as_chunks::<2>().0);
    bias.iter().zip(multipliers).map(|(bias, multipliers)| PairParameters {
        bias: bias.map(|b| b.get()),
        multipliers: multipliers.map(|r| r.get()),
    })
}

/// B^T d of a group: every row of `window`, blocks and tiles as [`ColumnProducts`] reads them.
fn transform_values(layer: &EncoderLayer, window: &[&[i8]], group: usize, values: &mut [u32]) {
    let (left, padding) = (group * GROUP_COLUMNS, layer.padding());
    if column_words(layer.kernel) == 2 {
        transform_rows(window, left, padding, values.as_chunks_mut::<24>().0, &[(0, 0), (4, 1), (6, 2), (10, 3)]);
    } else {
        transform_rows(window, left, padding, values.as_chunks_mut::<12>().0, &[(0, 0), (4, 1)]);
    }
}

/// The rows of [`transform_values`]; `tiles`: the first column and the place of each.
#[cfg_attr(feature = "fast", inline(always))]
fn transform_rows<const N: usize, const TILES: usize>(
    window: &[&[i8]],
    left: usize,
    padding: usize,
    values: &mut [[u32; N]],
    tiles: &[(usize, usize); TILES],
) {
    let first = left.wrapping_sub(padding);
    for (row, values) in window.iter().zip(values) {
        if row.is_empty() {
            values.fill(LOW_OFFSET);
        } else if let Some(columns) = row.get(first..).and_then(|columns| columns.first_chunk()) {
            tiles.iter().for_each(|&(first, place)| transform_tile(columns, first, values, place));
        } else {
            let columns = &border_columns(row, left, padding);
            tiles.iter().for_each(|&(first, place)| transform_tile(columns, first, values, place));
        }
    }
}

/// The columns from `left - padding` on, zeros outside the row.
#[inline(never)]
fn border_columns(row: &[i8], left: usize, padding: usize) -> [i8; READ_COLUMNS] {
    let mut columns = [0; READ_COLUMNS];
    let skipped = padding.saturating_sub(left);
    let row = row.get((left + skipped).saturating_sub(padding)..).unwrap_or(&[]);
    for (column, &value) in columns.iter_mut().skip(skipped).zip(row) {
        *column = value;
    }
    columns
}

/// B^T of the six columns from `first` on in the low lane and of those three further in the high one.
///
/// A word is the *sum* low + 65536 * high, borrow included: the transform is linear, so one addition serves both lanes, and
/// the offset leaves the final low lanes without a borrow.
#[cfg_attr(feature = "fast", inline(always))]
fn transform_tile<const N: usize>(columns: &[i8; READ_COLUMNS], first: usize, values: &mut [u32; N], place: usize) {
    let Some(&[c0, c1, c2, c3, c4, c5, c6, c7, c8]) = columns.get(first..).and_then(|c| c.first_chunk()) else {
        return;
    };
    let word = |low: i8, high: i8| (low as u32).wrapping_add((high as u32) << 16);
    let (d0, d1, d2, d3) = (word(c0, c3), word(c1, c4), word(c2, c5), word(c3, c6));
    let d4 = word(c4, c7).wrapping_add(LOW_OFFSET);
    let d5 = word(c5, c8).wrapping_add(LOW_OFFSET);
    let (c, e) = (d4.wrapping_sub(d2), d3.wrapping_sub(d1));
    let a = d4.wrapping_sub(d2 << 2);
    let b = d3.wrapping_sub(d1 << 2);
    let transformed = [
        c.wrapping_add(d0.wrapping_sub(d2) << 2),
        a.wrapping_add(b),
        a.wrapping_sub(b),
        c.wrapping_add(e << 1),
        c.wrapping_sub(e << 1),
        d5.wrapping_sub(d3).wrapping_sub(e << 2),
    ];
    for (value, t) in values.iter_mut().skip(place).step_by(N / FREQUENCIES).zip(transformed) {
        *value = t;
    }
}

/// G g of two filters, and the seeds: the bias, and what takes the offset of the low lanes away.
fn transform_weights(kernel: usize, filters: &[i8], bias: [i32; 2], weights: &mut [u32]) {
    if cfg!(not(feature = "fast")) {
        return transform_pair(kernel, filters, bias, weights);
    }
    // Once for each side, so that the compiler knows it.
    match kernel {
        3 => transform_pair(3, filters, bias, weights),
        5 => transform_pair(5, filters, bias, weights),
        7 => transform_pair(7, filters, bias, weights),
        9 => transform_pair(9, filters, bias, weights),
        11 => transform_pair(11, filters, bias, weights),
        _ => {}
    }
}

#[inline(always)]
fn transform_pair(kernel: usize, filters: &[i8], bias: [i32; 2], weights: &mut [u32]) {
    // The words of a frequency.
    let stride = 2 * (1 + kernel * column_words(kernel));
    let Some(weights) = weights.get_mut(..stride * FREQUENCIES) else { return };
    let (first, second) = filters.split_at_checked(filters.len() / 2).unwrap_or_default();
    for (filter, (taps, bias)) in [first, second].into_iter().zip(bias).enumerate() {
        let mut low_sums = [0i32; 3];
        let mut at = 2 + filter;
        for row in taps.chunks_exact(kernel.max(1)) {
            for word in 0..column_words(kernel) {
                let tap = |i: usize| row.get(6 * word + i).map_or(0, |&w| i32::from(w));
                for (i, sum) in low_sums.iter_mut().enumerate() {
                    *sum += tap(i);
                }
                let lanes = weight_line::<3>([0, 1, 2].map(|i| join(tap(i), tap(3 + i))));
                put_frequencies(weights, stride, at, lanes.map(separate));
                at += 2;
            }
        }
        let mut seeds = transform_taps(low_sums).map(|sum| -(LOW_OFFSET as i32) * sum);
        // Column 1 of A^T is -1/6 of the scales.
        seeds[1] = seeds[1].wrapping_sub(bias.wrapping_mul(6));
        put_frequencies(weights, stride, filter, seeds.map(|seed| seed as u32));
    }
}

#[cfg_attr(feature = "fast", inline(always))]
fn put_frequencies(weights: &mut [u32], stride: usize, at: usize, words: [u32; FREQUENCIES]) {
    // One check for all.
    let Some(places) = weights.get_mut(at..=at + stride * (FREQUENCIES - 1)) else { return };
    for (place, word) in places.iter_mut().step_by(stride).zip(words) {
        *place = word;
    }
}

/// G of three taps.
#[cfg_attr(feature = "fast", inline(always))]
fn transform_taps([a, b, c]: [i32; 3]) -> [i32; FREQUENCIES] {
    let (even, far) = (a + c, a + 4 * c);
    [a, even + b, even - b, far + 2 * b, far - 2 * b, c]
}

/// An output row in the making.
struct OutputRow<'a> {
    filters: usize,
    codes: Codes,
    out: &'a mut [u8],
    switches: &'a mut [u8],
}

impl OutputRow<'_> {
    /// The windows of a group for a pair of filters; those past the row's end are left out.
    #[cfg_attr(feature = "fast", inline(always))]
    fn put(
        &mut self,
        kernel: ColumnProducts,
        values: &[u32],
        weights: &[u32],
        multipliers: [i32; 2],
        group: usize,
        pair: usize,
    ) {
        kernel.window_codes(values, weights, &mut self.codes);
        let mut at = group * GROUP_WINDOWS * self.filters + 2 * pair;
        for codes in self.codes {
            let Some(values) = self.out.get_mut(at..).and_then(|out| out.first_chunk_mut::<2>()) else { return };
            *values = [requantize_u8(codes[0] >> 2, multipliers[0]), requantize_u8(codes[1] >> 2, multipliers[1])];
            if let Some(byte) = self.switches.get_mut(at / 4) {
                let switches = (!codes[0] & 3) | (!codes[1] & 3) << 2;
                *byte |= (switches << (4 * (pair % 2))) as u8;
            }
            at += self.filters;
        }
    }
}
