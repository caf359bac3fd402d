//! Rule 5: the largest magnitude that an accumulator can reach, worked out from the weights alone.
//!
//! The exporter calls these on what it is about to write, the reader on what it was given.

use super::network::DecoderLayer;

/// Largest magnitude of the network's input.
const MAX_INPUT: i64 = 127;
/// Largest value of a map.
const MAX_MAP: i64 = 255;

/// The bound of one output channel of a convolution: `max|x| * sum|w| + |b|`.
///
/// `filter` holds the weights of that channel; `first` says that the layer reads the network's input.
pub fn convolution_bound(filter: &[i8], bias: i32, first: bool) -> i64 {
    let sum: i64 = filter.iter().map(|&w| i64::from(w).abs()).sum();
    sum * if first { MAX_INPUT } else { MAX_MAP } + i64::from(bias).abs()
}

/// The bound of output channel `channel` of a tied deconvolution, whose input is `m * q` with q in 0 to 255.
///
/// After an unpool each 2x2 cell of the window holds one value a filter at most, at any of its positions, so the cell's
/// largest weight counts; the window meets the cells in four ways (even or odd row, even or odd column), the worst counts.
/// `weights` is `[filter][ky][kx][channel]`, `ratios` is m, one a filter.
pub fn deconvolution_bound(layer: &DecoderLayer, weights: &[i8], ratios: &[u8], bias: i32, channel: usize) -> i64 {
    let (k, channels) = (layer.kernel, layer.output.channels);
    // Taps ky with the same (ky + py) / 2 lie in the same row of cells; without an unpool each lies in its own.
    let (side, cells) = if layer.unpool { (2, k / 2 + 2) } else { (1, k) };
    // The taps of a cell along one side, in a window that starts `odd` positions into its first cell.
    let taps = |cell: usize, odd: usize| (side * cell).saturating_sub(odd)..(side * (cell + 1)).min(k + odd) - odd;
    let mut worst = 0;
    for parity in 0..side * side {
        let mut sum = 0;
        for (filter, &m) in weights.chunks_exact((k * k * channels).max(1)).zip(ratios) {
            let mut of_cells = 0;
            for cell_y in 0..cells {
                for cell_x in 0..cells {
                    let mut largest = 0;
                    for ky in taps(cell_y, parity / 2) {
                        for kx in taps(cell_x, parity % 2) {
                            let weight = filter.get((ky * k + kx) * channels + channel);
                            largest = largest.max(weight.map_or(0, |w| w.unsigned_abs()));
                        }
                    }
                    of_cells += i64::from(largest);
                }
            }
            sum += of_cells * i64::from(m);
        }
        worst = worst.max(sum);
    }
    worst * MAX_MAP + i64::from(bias).abs()
}
