//! Pooling windows of a row of the network's input of one channel, by vectors of a kernel's row of taps.

use zerocopy::little_endian::I32;

use super::lanes::requantize_u8;

/// The numbers of all filters.
#[derive(Clone, Copy, Debug)]
pub struct Filters<'a> {
    /// `[filter][ky][kx]`, `kernel` rows and columns.
    pub weights: &'a [i8],
    pub kernel: usize,
    pub biases: &'a [I32],
    pub multipliers: &'a [I32],
}

/// Requantized maxima and switches of the windows of a row, where accumulators are below 2^28.
///
/// - `pixels`: `kernel + 1` rows of `pitch`, with their padding; window `i` starts at column `2 * i`.
/// - `out`: `[window][filter]`, filters a multiple of four; `switches`: packed likewise, or empty.
pub fn input_windows(filters: &Filters<'_>, pixels: &[i8], pitch: usize, out: &mut [u8], switches: &mut [u8]) {
    let (k, count) = (filters.kernel, filters.biases.len());
    for (i, value) in out.iter_mut().enumerate() {
        let (window, filter) = (i / count.max(1), i % count.max(1));
        let taps = filters.weights.get(filter * k * k..).unwrap_or(&[]);
        let code = (0..4).map(|position| {
            let first = position / 2 * pitch + 2 * window + position % 2;
            let products = taps.iter().take(k * k).enumerate().map(|(tap, &w)| {
                let pixel = pixels.get(first + tap / k * pitch + tap % k).copied().unwrap_or(0);
                i32::from(w) * i32::from(pixel)
            });
            products.fold(0, i32::wrapping_add).wrapping_mul(4).wrapping_add(3 - position as i32)
        });
        let code = code.max().unwrap_or(0);
        let at = |numbers: &[I32]| numbers.get(filter).map_or(0, |number| number.get());
        *value = requantize_u8((code >> 2).wrapping_add(at(filters.biases)), at(filters.multipliers));
        if let Some(byte) = switches.get_mut(i / 4) {
            let shift = 2 * (i % 4);
            *byte = *byte & !(3 << shift) | ((!code & 3) as u8) << shift;
        }
    }
}
