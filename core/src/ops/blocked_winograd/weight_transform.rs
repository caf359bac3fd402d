//! U = G g H^T of two filters, two channels a word, for a part of the channels.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use core::ops::Range;

use super::scratch::Scratch;
use super::{Filters, frequency, length, part};
use crate::arch::block_products::FREQUENCIES;
use crate::arch::block_transforms::transform_weights;
use crate::arch::lanes::{add, even_i8, high, join, low, odd_i8, pack, separate, subtract};
use crate::arch::patch::{Patch, keep_apart};
use crate::model::EncoderLayer;
use crate::ops::deconvolution::DeconvolutionArrays;
use crate::ops::winograd::{block_at, block_taps, blocks_a_side, weight_line};

/// Transforms the channels `channels` of filters `first` and `first + 1`.
pub(super) fn filters(
    layer: &EncoderLayer,
    filters: &Filters<'_>,
    first: usize,
    channels: Range<usize>,
    scratch: &mut Scratch<'_>,
) {
    let pairs = length(&channels) / 2;
    for index in 0..blocks_a_side(layer.kernel).pow(2) {
        let u = scratch.u.get_mut(index * pairs..(index + 1) * pairs).unwrap_or(&mut []);
        match filters {
            Filters::Own(arrays) => {
                let weights = zerocopy::IntoBytes::as_bytes(arrays.weights);
                for output in 0..2 {
                    let start = (first + output) * layer.filter_weights();
                    let weights = part(weights, start..start + layer.filter_weights());
                    own(layer, weights, index, channels.clone(), output, u);
                }
            }
            Filters::Tied(arrays) => tied(layer, arrays, index, channels.clone(), first, u),
        }
    }
}

/// One block of a convolution's filter.
fn own(
    layer: &EncoderLayer,
    weights: &[u8],
    index: usize,
    part_of: Range<usize>,
    output: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) {
    let (k, channels) = (layer.kernel, layer.input.channels);
    let (block_y, block_x) = block_at(k, index);
    let rows: [&[u8]; 3] = core::array::from_fn(|r| {
        let tap = (3 * block_y + r.min(block_taps(k, block_y) - 1)) * k + 3 * block_x;
        weights.get(tap * channels + part_of.start..).unwrap_or(&[])
    });
    let quads = length(&part_of) / 4;
    match (block_taps(k, block_y), block_taps(k, block_x)) {
        (3, 3) => block::<3, 3>(rows, channels, quads, output, u),
        (3, _) => block::<3, 2>(rows, channels, quads, output, u),
        (_, 3) => block::<2, 3>(rows, channels, quads, output, u),
        _ => block::<2, 2>(rows, channels, quads, output, u),
    }
}

/// One block of a filter, of `R` rows and `C` columns of taps.
#[inline(never)]
fn block<const R: usize, const C: usize>(
    rows: [&[u8]; 3],
    stride: usize,
    quads: usize,
    output: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) {
    if transform_weights::<R, C>(rows, stride, quads, output, u) {
        return;
    }
    let Some(patch) = Patch::<3, C>::new(rows, stride, quads) else { return };
    for (quad, pairs) in u.as_chunks_mut::<2>().0.iter_mut().enumerate().take(patch.groups()) {
        let [even, odd] = pairs;
        // One check for all frequencies.
        let last = 2 * (FREQUENCIES - 1);
        let Some(even) = even.as_flattened_mut().get_mut(output..=output + last) else { return };
        lanes::<R, C>(|r, c| even_i8(patch.word(r, c, quad)), even);
        keep_apart();
        let Some(odd) = odd.as_flattened_mut().get_mut(output..=output + last) else { return };
        lanes::<R, C>(|r, c| odd_i8(patch.word(r, c, quad)), odd);
        keep_apart();
    }
}

/// One block of the output channels `first` and `first + 1` of a deconvolution, whose depth are the convolution's filters.
fn tied(
    layer: &EncoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    index: usize,
    part_of: Range<usize>,
    first: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) {
    let (k, channels) = (layer.kernel, layer.output.channels);
    let (block_y, block_x) = block_at(k, index);
    let bytes = zerocopy::IntoBytes::as_bytes(arrays.weights);
    let size = k * k * channels;
    // The last tap of the block: the kernel is turned round.
    let last = ((k - 1 - 3 * block_y) * k + (k - 1 - 3 * block_x)) * channels + first;
    // In the order of the input's lanes: the first and third of four, then the second and fourth.
    let filters = part_of.step_by(4).flat_map(|filter| [filter, filter + 1]);
    for (filter, u) in filters.zip(u) {
        let pair = [filter, filter + 2];
        let ratios = pair.map(|filter| arrays.ratios.get(filter).map_or(0, |&ratio| i32::from(ratio)));
        let weights = pair.map(|filter| part(bytes, filter * size..(filter + 1) * size));
        let taps = Taps { weights, last, row: k * channels, column: channels, ratios };
        let u = u.as_flattened_mut();
        match (block_taps(k, block_y), block_taps(k, block_x)) {
            (3, 3) => two_outputs::<3, 3>(&taps, u),
            (3, _) => two_outputs::<3, 2>(&taps, u),
            (_, 3) => two_outputs::<2, 3>(&taps, u),
            _ => two_outputs::<2, 2>(&taps, u),
        }
    }
}

/// A block of taps of two filters, for two output channels of a deconvolution.
struct Taps<'a> {
    weights: [&'a [u8]; 2],
    /// Where both outputs of the first tap stand; further ones stand before it.
    last: usize,
    /// Weights from one row of taps to the next.
    row: usize,
    /// Weights from one tap to the next.
    column: usize,
    /// m of both filters.
    ratios: [i32; 2],
}

impl Taps<'_> {
    /// Both outputs of both filters: bytes 0 and 2 of the first output, 1 and 3 of the second.
    #[inline(always)]
    fn word(&self, r: usize, c: usize) -> u32 {
        let start = self.last.wrapping_sub(r * self.row + c * self.column);
        let [low, high] = self.weights.map(|weights| {
            let two = weights.get(start..).and_then(|rest| rest.first_chunk());
            two.map_or(0, |&two| u32::from(u16::from_le_bytes(two)))
        });
        pack(low, high)
    }

    #[inline(always)]
    fn scaled(&self, lanes: u32) -> u32 {
        if self.ratios == [1, 1] {
            return lanes;
        }
        let lanes = separate(lanes);
        join(low(lanes).wrapping_mul(self.ratios[0]), high(lanes).wrapping_mul(self.ratios[1]))
    }
}

#[inline(never)]
fn two_outputs<const R: usize, const C: usize>(taps: &Taps<'_>, u: &mut [u32]) {
    // One check for all frequencies.
    let last = 2 * (FREQUENCIES - 1);
    let words: [[u32; 3]; 3] =
        core::array::from_fn(|r| core::array::from_fn(|c| if r < R && c < C { taps.word(r, c) } else { 0 }));
    let Some(first) = u.get_mut(..=last) else { return };
    lanes::<R, C>(|r, c| taps.scaled(even_i8(words[r][c])), first);
    let Some(second) = u.get_mut(1..=1 + last) else { return };
    lanes::<R, C>(|r, c| taps.scaled(odd_i8(words[r][c])), second);
}

/// Two channels of one block; `u` starts with the filter's first frequency.
#[inline(always)]
fn lanes<const R: usize, const C: usize>(word: impl Fn(usize, usize) -> u32, u: &mut [u32]) {
    let g: [[u32; 3]; 3] =
        core::array::from_fn(|r| core::array::from_fn(|c| if r < R && c < C { word(r, c) } else { 0 }));
    let mut row = |r: usize, g: [u32; 3]| {
        let row = weight_line::<C>(g);
        for c in 0..C + 3 {
            if let Some(value) = u.get_mut(2 * frequency(r, c)) {
                *value = separate(row[c]);
            }
        }
        keep_apart();
    };
    row(0, g[0].map(|g| add(g, g)));
    if R == 3 {
        row(3, g[2].map(|g| add(g, g)));
    }
    let outer: [u32; 3] = core::array::from_fn(|c| if R == 3 { add(g[0][c], g[2][c]) } else { g[0][c] });
    row(1, core::array::from_fn(|c| add(outer[c], g[1][c])));
    row(2, core::array::from_fn(|c| subtract(outer[c], g[1][c])));
}
