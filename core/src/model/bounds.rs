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
    let parities: &[(usize, usize)] = if layer.unpool { &[(0, 0), (0, 1), (1, 0), (1, 1)] } else { &[(0, 0)] };
    let magnitude = |filter: &[i8], ky: usize, kx: usize| {
        filter.get((ky * k + kx) * channels + channel).map_or(0, |&w| i64::from(w).abs())
    };
    let worst = parities.iter().map(|&(py, px)| {
        let filters = weights.chunks_exact((k * k * channels).max(1)).zip(ratios);
        let sum: i64 = filters
            .map(|(filter, &m)| {
                let taps: i64 = if layer.unpool {
                    // Taps ky with the same (ky + py) / 2 lie in the same row of cells.
                    let cells = (0..=k / 2 + 1).flat_map(|cy| (0..=k / 2 + 1).map(move |cx| (cy, cx)));
                    let largest = |(cy, cx): (usize, usize)| {
                        let rows = (2 * cy..2 * cy + 2).filter_map(|r| r.checked_sub(py)).filter(|&ky| ky < k);
                        let of_row = |ky| {
                            let columns = (2 * cx..2 * cx + 2).filter_map(|c| c.checked_sub(px)).filter(|&kx| kx < k);
                            columns.map(|kx| magnitude(filter, ky, kx)).max().unwrap_or(0)
                        };
                        rows.map(of_row).max().unwrap_or(0)
                    };
                    cells.map(largest).sum()
                } else {
                    (0..k).flat_map(|ky| (0..k).map(move |kx| (ky, kx))).map(|(ky, kx)| magnitude(filter, ky, kx)).sum()
                };
                taps * i64::from(m)
            })
            .sum();
        sum
    });
    worst.max().unwrap_or(0) * MAX_MAP + i64::from(bias).abs()
}
