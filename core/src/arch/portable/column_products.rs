//! Products of a Winograd transform along x alone, summed over the rows of a kernel.
//!
//! One call serves two neighbouring tiles of four columns in two rows (four pooling windows) and two filters. A word holds
//! two lanes: the same frequency of two neighbouring blocks of three taps.
#![allow(clippy::indexing_slicing, reason = "arrays of fixed sizes in loops of fixed lengths: no check is left")]

use super::lanes::multiply_add_each;
use super::patch::keep_apart;

/// Frequencies of F(4,3): six products for four outputs.
pub const FREQUENCIES: usize = 6;

/// `[frequency][row, tile, filter]`: the products of two rows, two tiles and two filters, the filter fastest.
pub type Products = [[i32; 8]; FREQUENCIES];

/// Words that hold the blocks of one row of a kernel, two blocks of three taps each.
pub const fn column_words(kernel: usize) -> usize {
    kernel.div_ceil(6)
}

/// The innermost loops for one size of the kernel.
#[derive(Clone, Copy)]
pub struct ColumnProducts {
    kernel: usize,
}

/// `[window][filter]`: `4 * max + 3 - argmax` of the four accumulators of a pooling window, the first wins a tie.
pub type Codes = [[i32; 2]; 4];

impl ColumnProducts {
    /// For an odd kernel from 3 to 11.
    pub const fn new(kernel: usize) -> Option<Self> {
        if kernel % 2 == 1 && kernel >= 3 && kernel <= 11 { Some(Self { kernel }) } else { None }
    }

    /// Four windows of two filters, where their accumulators are below 2^28.
    ///
    /// - `values`: `[kernel + 1 rows][frequency][word][tile]`.
    /// - `weights`: `[frequency][seed, then [ky][word]][filter]`.
    pub fn window_codes(self, values: &[u32], weights: &[u32], codes: &mut Codes) {
        let mut products = [[0; 8]; FREQUENCIES];
        if column_words(self.kernel) == 1 {
            column_products::<1>(self.kernel, values, weights, &mut products);
        } else {
            column_products::<2>(self.kernel, values, weights, &mut products);
        }
        products_codes(&products, codes);
    }
}

/// `products[f][row][tile][filter] = seed + sum over ky and words of values * weights`, wrapping.
///
/// - `values`: `[kernel + 1 rows][f][word][tile]`.
/// - `weights`: `[f][seed, then [ky][word]][filter]`.
#[inline(never)]
fn column_products<const WORDS: usize>(kernel: usize, values: &[u32], weights: &[u32], products: &mut Products) {
    let (rows, _) = values.as_chunks::<2>().0.as_chunks::<WORDS>().0.as_chunks::<FREQUENCIES>();
    for (f, (sums, weights)) in
        products.iter_mut().zip(weights.chunks_exact((2 + 2 * kernel * WORDS).max(1))).enumerate()
    {
        let Some((&seeds, weights)) = weights.split_first_chunk::<2>() else { return };
        let (weights, _) = weights.as_chunks::<2>().0.as_chunks::<WORDS>();
        for (filter, seed) in seeds.into_iter().enumerate() {
            let mut of_filter = [seed as i32; 4];
            for (rows, weights) in rows.windows(2).zip(weights) {
                let [upper, lower] = rows else { return };
                keep_apart();
                let values = core::array::from_fn(|word| {
                    let ([a, b], [c, d]) = (&upper[f][word], &lower[f][word]);
                    [a, b, c, d]
                });
                of_filter = multiply_add_each(of_filter, values, weights.each_ref().map(|weights| &weights[filter]));
            }
            for (sums, sum) in sums.as_chunks_mut::<2>().0.iter_mut().zip(of_filter) {
                sums[filter] = sum;
            }
        }
    }
}

/// 3^-1 modulo 2^32.
const INVERSE_OF_3: i32 = 0xAAAA_AAAB_u32 as i32;

/// Four windows of two filters from their products.
pub fn products_codes(products: &Products, codes: &mut Codes) {
    for (tile, windows) in codes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let [first, second] = [0, 1].map(|filter| tile_codes(products, 2 * tile + filter));
        *windows = [[first[0], second[0]], [first[1], second[1]]];
    }
}

/// The two windows of a tile and filter: `4 * max + 3 - argmax` of each, the first wins a tie.
fn tile_codes(products: &Products, place: usize) -> [i32; 2] {
    let [a0, a1, a2, a3] = outputs(products, place);
    let [b0, b1, b2, b3] = outputs(products, place + 4);
    // 4 acc + 3 - i, from 24, 12, 6 and 6 acc.
    let code = |y: i32, shift: u32, i: i32| (y.wrapping_mul(INVERSE_OF_3) >> shift).wrapping_add(3 - i);
    let twice = |y: i32, i: i32| y.wrapping_mul(INVERSE_OF_3.wrapping_mul(2)).wrapping_add(3 - i);
    let left = code(a0, 1, 0).max(code(a1, 0, 1)).max(code(b0, 1, 2).max(code(b1, 0, 3)));
    let right = twice(a2, 0).max(twice(a3, 1)).max(twice(b2, 2).max(twice(b3, 3)));
    [left, right]
}

/// A^T of the products at one place: 24, 12, 6 and 6 times the accumulators of four columns.
fn outputs(products: &Products, place: usize) -> [i32; 4] {
    let [m0, m1, m2, m3, m4, m5] = products.each_ref().map(|sums| sums.get(place).copied().unwrap_or(0));
    let (s, d) = (m1.wrapping_add(m2), m1.wrapping_sub(m2));
    let (far_s, far_d) = (m3.wrapping_add(m4), m3.wrapping_sub(m4));
    [
        far_s.wrapping_sub(s << 2).wrapping_add(m0.wrapping_mul(6)),
        far_d.wrapping_sub(d << 1),
        far_s.wrapping_sub(s),
        (far_d << 1).wrapping_sub(d).wrapping_add(m5.wrapping_mul(6)),
    ]
}
