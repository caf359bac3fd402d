//! Rule 8, Eq. 6: the 1x1 class-map convolution of one stage at the stage's own resolution, before normalization.
//!
//! `a[y,x,k] = sum_c w[k,c] * q[y,x,c]`; it commutes with the expansion of Eq. 5, so nothing is expanded or concatenated.

/// Sums of one row: `row` is `[width][channels]`, `weights` `[map][channel]`, `out` `[width][maps]`; |a| < 2^24.
pub fn class_sums_row(weights: &[i8], row: &[u8], channels: usize, out: &mut [i32]) {
    let channels = channels.max(1);
    let maps = weights.len() / channels;
    for (pixel, sums) in row.chunks_exact(channels.max(1)).zip(out.chunks_exact_mut(maps.max(1))) {
        for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(channels.max(1))) {
            *sum = pixel.iter().zip(weights).map(|(&q, &w)| i32::from(q) * i32::from(w)).sum();
        }
    }
}
