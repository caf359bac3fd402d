//! Products of a Winograd transform along x alone, summed over the rows of a kernel.
//!
//! One call serves two neighbouring tiles of four columns in two rows (four pooling windows) and two filters. A word holds
//! two lanes: the same frequency of two neighbouring blocks of three taps.

/// Frequencies of F(4,3): six products for four outputs.
pub const FREQUENCIES: usize = 6;

/// `[frequency][row, tile, filter]`: the products of two rows, two tiles and two filters, the filter fastest.
pub type Products = [[i32; 8]; FREQUENCIES];

/// Words of a row that hold six taps' worth of blocks each: two blocks of three.
pub const fn column_words(kernel: usize) -> usize {
    kernel.div_ceil(6)
}

/// `products[f][row][tile][filter] = seed + sum over ky and words of values * weights`, wrapping.
///
/// - `values`: `[kernel + 1 rows][f][word][tile]`.
/// - `weights`: `[f][seed, then [ky][word]][filter]`.
pub fn column_products(kernel: usize, values: &[u32], weights: &[u32], products: &mut Products) {
    let words = column_words(kernel);
    let steps = 1 + kernel * words;
    for (f, (sums, weights)) in products.iter_mut().zip(weights.chunks_exact(2 * steps)).enumerate() {
        let (pairs, _) = weights.as_chunks::<2>();
        let (seed, pairs) = pairs.split_first().unwrap_or((&[0; 2], &[]));
        for (place, sum) in sums.iter_mut().enumerate() {
            let (row, tile, filter) = (place / 4, place / 2 % 2, place % 2);
            let value = |step: usize| {
                let (y, word) = (row + step / words, step % words);
                values.get(((y * FREQUENCIES + f) * words + word) * 2 + tile).copied().unwrap_or(0)
            };
            let of_filter = |pair: &[u32; 2]| if filter == 0 { pair[0] } else { pair[1] };
            *sum = pairs.iter().enumerate().fold(of_filter(seed) as i32, |sum, (step, pair)| {
                super::lanes::multiply_add(sum, value(step), of_filter(pair))
            });
        }
    }
}
