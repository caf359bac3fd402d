extern crate std;

use std::vec;
use std::vec::Vec;

use zerocopy::little_endian::I32;

use super::{Sizes, input_winograd_groups, input_winograd_rows, input_winograd_scratch_words, input_winograd_suits};
use crate::model::bounds::convolution_bound;
use crate::model::{ConvolutionArrays, EncoderLayer, MapShape};
use crate::ops::{
    input_convolution_row, input_direct_rows, input_direct_scratch_words, input_direct_suits, input_window_rows,
    input_window_scratch_words, switch_row_bytes,
};
use crate::random::{Random, cases, side};

fn layer(kernel: usize, height: usize, width: usize, filters: usize) -> EncoderLayer {
    let input = MapShape { height, width, channels: 1 };
    let output = MapShape { height: height / 2, width: width / 2, channels: filters };
    EncoderLayer { kernel, pool: true, input, output, tied: true }
}

/// Every row of an image by both; `bias` and `multiplier` of a filter.
fn check(layer: &EncoderLayer, image: &[i8], weights: &[i8], bias: &[i32], multiplier: i32) {
    assert!(input_winograd_suits(layer));
    let filters = layer.output.channels;
    for (filter, &bias) in weights.chunks_exact(layer.filter_weights()).zip(bias) {
        assert!(convolution_bound(filter, bias, true) < 1 << 28);
    }
    let bias: Vec<I32> = bias.iter().map(|&b| I32::new(b)).collect();
    let multipliers: Vec<I32> = (0..filters as i32).map(|o| I32::new(multiplier + o * 1024)).collect();
    let arrays =
        ConvolutionArrays { weights, bias: &bias, multipliers: &multipliers, ratios: &[], deconvolution_bias: &[] };
    let groups = input_winograd_groups(layer);
    let mut scratch = vec![0xdead_beef; input_winograd_scratch_words(layer, groups)];
    let row_elements = layer.output.width * filters;
    for y in 0..layer.output.height {
        let window: Vec<&[i8]> = (0..=layer.kernel)
            .map(|r| match (2 * y + r).checked_sub(layer.padding()) {
                Some(row) if row < layer.input.height => &image[row * layer.input.width..][..layer.input.width],
                _ => &[],
            })
            .collect();
        let mut expected = (vec![1; row_elements], vec![1; switch_row_bytes(row_elements)]);
        let mut found = (vec![2; row_elements], vec![2; switch_row_bytes(row_elements)]);
        input_convolution_row(layer, &arrays, &window, &mut expected.0, &mut expected.1);
        input_winograd_rows(layer, &arrays, &window, groups, &mut scratch, &mut found.0, &mut found.1);
        assert_eq!(expected, found, "{layer:?}, row {y}");
        let mut rows = vec![0xdead_beef; input_window_scratch_words(layer)];
        input_window_rows(layer, &arrays, &window, &mut rows, &mut found.0, &mut found.1);
        assert_eq!(expected, found, "{layer:?}, row {y} by windows");
        found.0.fill(2);
        input_window_rows(layer, &arrays, &window, &mut rows, &mut found.0, &mut []);
        assert_eq!(expected.0, found.0, "{layer:?}, row {y}, by windows without switches");
        found.0.fill(2);
        input_winograd_rows(layer, &arrays, &window, groups, &mut scratch, &mut found.0, &mut []);
        assert_eq!(expected.0, found.0, "{layer:?}, row {y}, without switches");
        for groups in [1, 3] {
            let sizes = Sizes::new(layer, groups);
            let keep_weights = sizes.values + sizes.pairs * sizes.weights;
            let least = keep_weights.min(sizes.groups * sizes.values + sizes.weights);
            assert_eq!(input_winograd_scratch_words(layer, groups), least, "{layer:?}, {groups} groups");
            let mut scratch = vec![0xdead_beef; input_winograd_scratch_words(layer, groups)];
            let mut found = (vec![2; row_elements], vec![2; switch_row_bytes(row_elements)]);
            input_winograd_rows(layer, &arrays, &window, groups, &mut scratch, &mut found.0, &mut found.1);
            assert_eq!(expected, found, "{layer:?}, row {y}, {groups} groups at a time");
        }
        if input_direct_suits(layer) {
            let mut scratch = vec![0xdead_beef; input_direct_scratch_words(layer)];
            let mut found = (vec![2; row_elements], vec![2; switch_row_bytes(row_elements)]);
            input_direct_rows(layer, &arrays, &window, &mut scratch, &mut found.0, &mut found.1);
            assert_eq!(expected, found, "{layer:?}, row {y}, direct");
            found.0.fill(2);
            input_direct_rows(layer, &arrays, &window, &mut scratch, &mut found.0, &mut []);
            assert_eq!(expected.0, found.0, "{layer:?}, row {y}, direct without switches");
        }
    }
}

#[test]
fn equals_the_definition_on_random_shapes() {
    let mut random = Random::new(1);
    for round in 0..cases(300) {
        let kernel = 3 + 2 * random.below(5);
        let (height, width) = (2 + random.below(side(39)), 2 + random.below(side(39)));
        let filters = 4 + 4 * random.below(3);
        let layer = layer(kernel, height, width, filters);
        assert_eq!(input_direct_suits(&layer), kernel <= 5);
        // A shift of 7 makes values small and ties frequent.
        let shift = round % 8;
        let mut value = || ((random.next() >> 8) as i8).max(-127) >> shift;
        let image: Vec<i8> = (0..height * width).map(|_| value()).collect();
        let weights: Vec<i8> = (0..layer.weights()).map(|_| value()).collect();
        let bias: Vec<i32> = (0..filters).map(|_| random.below(20001) as i32 - 10000).collect();
        check(&layer, &image, &weights, &bias, (1 << 20) << shift);
    }
}

#[test]
#[cfg_attr(miri, ignore = "a thousand million products")]
fn equals_the_definition_at_the_extremes() {
    let mut random = Random::new(2);
    for kernel in [3, 5, 7, 9, 11] {
        for filters in [4, 48] {
            let layer = layer(kernel, 14, 21, filters);
            let taps = layer.filter_weights();
            let weights: Vec<i8> = (0..layer.weights())
                .map(|i| match i / taps % 4 {
                    0 => 127,
                    1 => -127,
                    2 if i % 2 == 0 => -127,
                    2 => 127,
                    _ => [127, -127][random.below(2)],
                })
                .collect();
            let limit = (1 << 28) - 1 - 127 * 127 * taps as i32;
            let bias: Vec<i32> = (0..filters).map(|o| [limit, -limit, 0, 1][o / 4 % 4]).collect();
            for round in 0..8 {
                let mut value = |i: usize| match round {
                    0 => 127,
                    1 => -127,
                    2 => 0,
                    3 => [127, -127][i % 2],
                    4 => [127, 127, -127][i % 3],
                    _ => [127, -127][random.below(2)],
                };
                let image: Vec<i8> = (0..layer.input.pixels()).map(&mut value).collect();
                check(&layer, &image, &weights, &bias, [1 << 12, 3 << 8][round % 2]);
            }
        }
    }
}
