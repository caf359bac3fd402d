//! One pooling window of a convolution of one channel, all filters: products along x two at a time, with the epilogue.

use super::lanes::{multiply_add, requantize_u8};

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
        let (k, taps) = (self.kernel, self.kernel.div_ceil(2));
        let at = |words: &[u32], i: usize| words.get(i).copied().unwrap_or(0);
        switches.fill(0);
        let pairs = weights.chunks_exact(pair_words(k)).zip(out.as_chunks_mut::<2>().0);
        for (pair, (weights, out)) in pairs.enumerate() {
            for (filter, out) in out.iter_mut().enumerate() {
                let code = (0..4).map(|position| {
                    let (dy, dx) = (position / 2, position % 2);
                    (0..k * taps).fold(at(weights, 2 * position + filter) as i32, |sum, step| {
                        let value = at(values, 2 * ((step % taps) * (k + 1) + step / taps + dy) + dx);
                        multiply_add(sum, value, at(weights, 8 + 2 * step + filter))
                    })
                });
                let code = code.max().unwrap_or(0);
                *out = requantize_u8(code >> 2, at(weights, pair_words(k) - 2 + filter) as i32);
                if let Some(byte) = switches.get_mut(pair / 2) {
                    *byte |= ((!code & 3) << (4 * (pair % 2) + 2 * filter)) as u8;
                }
            }
        }
    }
}
