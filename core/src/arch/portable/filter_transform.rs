//! U = G g G^T of a filter's taps, two channels a word: the weights of a Winograd convolution.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "arrays of fixed sizes in loops of fixed lengths: no check is left"
)]

use super::lanes::{add, even_i8, odd_i8, subtract};
use super::patch::{Patch, keep_apart};
use super::products::{FREQUENCIES, frequency};

/// Transforms `R` rows and `C` columns of taps, 2 or 3 each, of one filter; two taps along a side have no frequency 5 there, which
/// is not written.
///
/// - `taps`: the first tap's channels and all behind them; the next column is `channels` further, the next row `row_stride`.
/// - `u`: `[pair][frequency][output]`, of which output `output` is written; a pair for every two channels.
#[inline(never)]
pub fn filter_transform<const R: usize, const C: usize>(
    taps: &[u8],
    channels: usize,
    row_stride: usize,
    output: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) {
    let rows: [&[u8]; R] = core::array::from_fn(|r| taps.get(r * row_stride..).unwrap_or(&[]));
    let Some(patch) = Patch::<R, C>::new(rows, channels, channels / 4) else { return };
    for (group, pairs) in u.as_chunks_mut::<2>().0.iter_mut().enumerate().take(patch.groups()) {
        let [even, odd] = pairs;
        // One check for all frequencies.
        let last = 2 * (FREQUENCIES - 1);
        let Some(even) = even.as_flattened_mut().get_mut(output..=output + last) else { return };
        lanes::<R, C>(|r, c| even_i8(patch.word(r, c, group)), even);
        keep_apart();
        let Some(odd) = odd.as_flattened_mut().get_mut(output..=output + last) else { return };
        lanes::<R, C>(|r, c| odd_i8(patch.word(r, c, group)), odd);
        keep_apart();
    }
}

/// Two channels; `u` starts with the filter's first frequency.
#[inline(always)]
fn lanes<const R: usize, const C: usize>(word: impl Fn(usize, usize) -> u32, u: &mut [u32]) {
    let mut half = [[0; 3]; 6];
    for c in 0..C {
        let column = line::<R>(core::array::from_fn(|r| if r < R { word(r, c) } else { 0 }));
        for r in 0..6 {
            half[r][c] = column[r];
        }
        keep_apart();
    }
    for (r, g) in half.into_iter().enumerate().take(R + 3) {
        let row = line::<C>(g);
        for c in 0..C + 3 {
            if let Some(value) = u.get_mut(2 * frequency(r, c)) {
                *value = row[c];
            }
        }
        keep_apart();
    }
}

/// G g of three taps (or two) in each lane.
#[inline(always)]
fn line<const TAPS: usize>(g: [u32; 3]) -> [u32; 6] {
    let twice = add(g[1], g[1]);
    let (outer, far) = if TAPS == 3 {
        let doubled = add(g[2], g[2]);
        (add(g[0], g[2]), add(g[0], add(doubled, doubled)))
    } else {
        (g[0], g[0])
    };
    [g[0], add(outer, g[1]), subtract(outer, g[1]), add(far, twice), subtract(far, twice), g[2]]
}
