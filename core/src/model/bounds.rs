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

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;
    use crate::model::MapShape;
    use crate::random::{Random, cases};

    #[test]
    fn a_convolution_counts_all_weights_and_the_largest_input() {
        assert_eq!(convolution_bound(&[3, -5, 4], -2, true), 127 * 12 + 2);
        assert_eq!(convolution_bound(&[3, -5, 4], 2, false), 255 * 12 + 2);
    }

    /// The same from the other side: outputs of every parity, all cells and positions near them, the tap that each meets.
    fn by_positions(layer: &DecoderLayer, weights: &[i8], ratios: &[u8], channel: usize) -> i64 {
        let (k, channels) = (layer.kernel as i32, layer.output.channels);
        let (side, taps) = (if layer.unpool { 2 } else { 1 }, layer.kernel * layer.kernel);
        let outputs = (0..side).flat_map(|y| (0..side).map(move |x| (y, x)));
        let of_output = |(y, x): (i32, i32)| -> i64 {
            let cells = (-k..=k).flat_map(|y| (-k..=k).map(move |x| (y, x)));
            let of_cell = |(cell_y, cell_x): (i32, i32), filter: &[i8]| -> i64 {
                let positions = (0..side).flat_map(|dy| (0..side).map(move |dx| (dy, dx)));
                let reached = positions.filter_map(|(dy, dx)| {
                    // Tap = output + padding - position.
                    let (ky, kx) = (y + k / 2 - (side * cell_y + dy), x + k / 2 - (side * cell_x + dx));
                    let inside = (0..k).contains(&ky) && (0..k).contains(&kx);
                    inside.then(|| i64::from(filter[(k * ky + kx) as usize * channels + channel]).abs())
                });
                reached.max().unwrap_or(0)
            };
            let filters = weights.chunks_exact(taps * channels).zip(ratios);
            filters.map(|(f, &m)| i64::from(m) * cells.clone().map(|cell| of_cell(cell, f)).sum::<i64>()).sum()
        };
        255 * outputs.map(of_output).max().unwrap_or(0)
    }

    #[test]
    fn a_deconvolution_counts_the_largest_weight_of_each_cell() {
        let mut random = Random::new(5);
        for round in 0..cases(300) {
            let shape = |channels| MapShape { height: 4, width: 4, channels };
            let (filters, channels) = (random.up_to(3), random.up_to(3));
            let layer = DecoderLayer {
                stage: 1,
                convolution: 0,
                unpool: round % 3 != 0,
                ends_stage: true,
                kernel: random.of(&[1, 3, 5, 7]),
                input: shape(filters),
                output: shape(channels),
            };
            let weights: Vec<i8> =
                (0..layer.kernel * layer.kernel * filters * channels).map(|_| random.signed(127) as i8).collect();
            let ratios: Vec<u8> = (0..filters).map(|_| random.up_to(15) as u8).collect();
            let bias = random.signed(1 << 20);
            for channel in 0..channels {
                assert_eq!(
                    deconvolution_bound(&layer, &weights, &ratios, bias, channel),
                    by_positions(&layer, &weights, &ratios, channel) + i64::from(bias).abs(),
                    "channel {channel} of {layer:?}"
                );
            }
        }
    }
}
