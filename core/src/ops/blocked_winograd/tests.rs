//! The same bits as the definitions, on random and extreme layers, whatever the blocks.

extern crate std;

use std::vec;
use std::vec::Vec;

use super::*;
use crate::model::MapShape;
use crate::numeric::Multiplier;
use crate::ops::winograd::tests::Layer;
use crate::ops::winograd::winograd_bound;
use crate::ops::{deconvolution_row, switch_row_bytes};
use crate::random::{Random, cases};

fn blocking(random: &mut Random) -> Blocking {
    Blocking { tiles: 4 * random.up_to(3), filters: 2 * random.up_to(5), channels: 4 * random.up_to(5) }
}

/// Outputs and switches of every row.
fn by_blocks(layer: &Layer, blocking: Blocking) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let shape = &layer.layer;
    let (row, step) = (shape.output.row_elements(), if shape.pool { 2 } else { 1 });
    let height = shape.output.height;
    let (mut out, mut switches) = (vec![vec![0x55; row]; height], vec![vec![0x55; switch_row_bytes(row)]; height]);
    let mut scratch = vec![0x5555_5555; blocked_winograd_scratch_words(shape, blocking)];
    for first in (0..height).step_by(2 / step) {
        let end = (first + 2 / step).min(height);
        let window = layer.window(step * first, shape.kernel + 1);
        let mut out: Vec<&mut [u8]> = out[first..end].iter_mut().map(Vec::as_mut_slice).collect();
        let mut switches: Vec<&mut [u8]> = switches[first..end].iter_mut().map(Vec::as_mut_slice).collect();
        blocked_winograd_rows(shape, &layer.arrays(), &window, blocking, &mut scratch, &mut out, &mut switches);
    }
    (out, switches)
}

#[test]
fn it_equals_the_definition() {
    let mut random = Random::new(1);
    for i in 0..cases(1500) {
        let layer = Layer::random(&mut random, [3, 5][i % 2], &[4, 8, 12, 36]);
        let filters = layer.weights.chunks_exact(layer.layer.filter_weights()).zip(&layer.bias);
        assert!(filters.map(|(filter, bias)| winograd_bound(filter, bias.get())).all(|bound| bound < 1 << 27));
        let blocking = blocking(&mut random);
        let (out, switches) = by_blocks(&layer, blocking);
        let (expected, expected_switches) = layer.by_definition();
        assert!(out == expected, "values of {:?} with {blocking:?}", layer.layer);
        if layer.layer.pool {
            assert!(switches == expected_switches, "switches of {:?} with {blocking:?}", layer.layer);
        }
    }
}

#[test]
fn a_dense_deconvolution_equals_the_definition() {
    let mut random = Random::new(2);
    for i in 0..cases(1500) {
        // Any weights of the right number: filters and channels change places.
        let source = Layer::random(&mut random, [3, 5][i % 2], &[4, 8, 12, 36]);
        let MapShape { height, width, channels } = source.layer.input;
        let filters = source.layer.output.channels;
        let layer = DecoderLayer {
            stage: 1,
            convolution: 0,
            unpool: false,
            ends_stage: true,
            kernel: source.layer.kernel,
            input: MapShape { height, width, channels: filters },
            output: MapShape { height, width, channels },
        };
        let most = random.of(&[1, 3, usize::from(MAX_DENSE_RATIO)]);
        let ratios: Vec<u8> = (0..filters).map(|_| random.up_to(most) as u8).collect();
        let bias: Vec<_> = (0..channels).map(|c| source.bias[c % filters]).collect();
        let bound = |c: usize| dense_deconvolution_bound(&layer, &source.weights, &ratios, bias[c].get(), c);
        assert!((0..channels).all(|c| bound(c) < 1 << 27));
        let multiplier = Multiplier::new(1 << (12 + random.up_to(8))).expect("a power of two");
        let arrays = DeconvolutionArrays { weights: &source.weights, ratios: &ratios, bias: &bias, multiplier };
        let values: Vec<u8> = source.input.iter().cycle().take(layer.input.elements()).copied().collect();
        let row = layer.input.row_elements();
        let window = |first: usize, count: usize| -> Vec<&[u8]> {
            let row_at = |y: usize| match y.checked_sub(layer.padding()) {
                Some(y) if y < height => &values[y * row..(y + 1) * row],
                _ => &[],
            };
            (first..first + count).map(row_at).collect()
        };
        let blocking = blocking(&mut random);
        let mut scratch = vec![0x5555_5555; blocked_winograd_scratch_words(&as_convolution(&layer), blocking)];
        for first in (0..height).step_by(2) {
            let mut found = vec![0x55; 2 * layer.output.row_elements()];
            let (upper, lower) = found.split_at_mut(layer.output.row_elements());
            let mut out = [upper, lower];
            let count = (height - first).min(2);
            let rows = window(first, layer.kernel + 1);
            dense_deconvolution_rows(&layer, &arrays, &rows, blocking, &mut scratch, &mut out[..count]);
            for (y, found) in (first..first + count).zip(out) {
                let mut expected = vec![0; layer.output.row_elements()];
                let mut accumulators = vec![0; channels];
                deconvolution_row(&layer, &arrays, &window(y, layer.kernel), &mut accumulators, &mut expected);
                assert!(found == expected, "row {y} of {layer:?} with {blocking:?}");
            }
        }
    }
}

#[test]
fn the_bound_of_a_dense_deconvolution_counts_one_sign_at_a_time() {
    let shape = |channels| MapShape { height: 1, width: 1, channels };
    let layer = DecoderLayer {
        stage: 1,
        convolution: 0,
        unpool: false,
        ends_stage: true,
        kernel: 1,
        input: shape(3),
        output: shape(2),
    };
    let weights = [3, 1, -5, 1, 4, 1];
    assert_eq!(dense_deconvolution_bound(&layer, &weights, &[1, 2, 3], -2, 0), 255 * (3 + 12) + 2);
    let layer = DecoderLayer { kernel: 3, input: shape(2), ..layer };
    let weights: std::vec::Vec<i8> = (0..36).map(|i| if i < 18 { [2, -7][i % 2] } else { -1 }).collect();
    assert_eq!(dense_deconvolution_bound(&layer, &weights, &[1, 3], 1, 0), 255 * 27 + 1);
    assert_eq!(dense_deconvolution_bound(&layer, &weights, &[1, 3], 1, 1), 255 * (63 + 27) + 1);
}
