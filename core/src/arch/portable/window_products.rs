//! One pooling window of a convolution of one channel, all filters: products along x two at a time, with the epilogue.
#![allow(clippy::indexing_slicing, reason = "arrays of fixed sizes in loops of fixed lengths: no check is left")]

use super::lanes::{multiply_add_each, requantize_u8};
use super::patch::keep_apart;

/// Words of the weights of a pair of filters: 8 seeds, the taps, 2 multipliers.
pub const fn pair_words(kernel: usize) -> usize {
    8 + 2 * kernel * kernel.div_ceil(2) + 2
}

/// The innermost loops for one size of the kernel.
#[derive(Clone, Copy)]
pub struct WindowProducts {
    kernel: usize,
}

impl WindowProducts {
    /// For a kernel of 3 or 5.
    pub const fn new(kernel: usize) -> Option<Self> {
        if kernel == 3 || kernel == 5 { Some(Self { kernel }) } else { None }
    }

    /// Requantized maxima and switches of one window, where accumulators are below 2^28.
    ///
    /// - `values`: `[pair of columns][kernel + 1 rows][even, odd]`, from the window's first pair on; a word holds columns
    ///   (0, 1) or (1, 2) of the pair.
    /// - `weights`: a pair of filters `[4 b + 3 - position: position][filter]`, `[ky][pair of taps][filter]` times 4,
    ///   `[multiplier][filter]`.
    /// - `out`: a value a filter; `switches`: a byte for four.
    pub fn put(self, values: &[u32], weights: &[u32], out: &mut [u8], switches: &mut [u8]) {
        if self.kernel == 3 {
            put::<3, 4, 2>(values, weights, out, switches);
        } else {
            put::<5, 6, 3>(values, weights, out, switches);
        }
    }
}

/// All filters of a window for a kernel of `K`: `ROWS` is one more, `TAPS` the pairs of a row.
fn put<const K: usize, const ROWS: usize, const TAPS: usize>(
    values: &[u32],
    weights: &[u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    let columns = values.as_chunks::<2>().0.as_chunks::<ROWS>().0.first_chunk();
    let Some(columns) = columns else { return };
    switches.fill(0);
    let pairs = weights.chunks_exact(pair_words(K)).zip(out.as_chunks_mut::<2>().0);
    for (pair, (weights, out)) in pairs.enumerate() {
        let codes = window_codes::<ROWS, TAPS>(columns, weights);
        let multipliers = weights.last_chunk().unwrap_or(&[0; 2]);
        *out = [0, 1].map(|filter| requantize_u8(codes[filter] >> 2, multipliers[filter] as i32));
        if let Some(byte) = switches.get_mut(pair / 2) {
            let switches = (!codes[0] & 3) | (!codes[1] & 3) << 2;
            *byte |= (switches << (4 * (pair % 2))) as u8;
        }
    }
}

/// The largest of the four sums of a pair of filters.
#[inline(never)]
fn window_codes<const ROWS: usize, const TAPS: usize>(columns: &[[[u32; 2]; ROWS]; TAPS], weights: &[u32]) -> [i32; 2] {
    let Some((seeds, taps)) = weights.split_first_chunk::<8>() else { return [0; 2] };
    let (taps, _) = taps.as_chunks::<2>().0.as_chunks::<TAPS>();
    // Not by an index that a loop counts: its bounds check stays on some processors.
    let of_filter = |filter: usize| {
        let mut sums: [i32; 4] = core::array::from_fn(|position| seeds[2 * position + filter] as i32);
        for (y, taps) in (0..ROWS - 1).zip(taps) {
            keep_apart();
            // Both are there: the compiler does not see it for every processor.
            let values = columns.each_ref().map(|rows| match rows.get(y).zip(rows.get(y + 1)) {
                Some(([a, b], [c, d])) => [a, b, c, d],
                None => [&0; 4],
            });
            sums = multiply_add_each(sums, values, taps.each_ref().map(|pair| &pair[filter]));
        }
        let [a, b, c, d] = sums;
        a.max(b).max(c.max(d))
    };
    [of_filter(0), of_filter(1)]
}
