extern crate std;
use std::{vec, vec::Vec};

use zerocopy::little_endian::I32;

use super::*;
use crate::model::MapShape;
use crate::numeric::Multiplier;
use crate::ops::{CellRow, DeconvolutionArrays, unpool_deconvolution_row};
use crate::random::{Random, cases};

fn layer(height: usize, width: usize, filters: usize, channels: usize, odd: (usize, usize)) -> DecoderLayer {
    DecoderLayer {
        stage: 1,
        convolution: 0,
        unpool: true,
        ends_stage: true,
        kernel: 3,
        input: MapShape { height, width, channels: filters },
        output: MapShape { height: 2 * height + odd.0, width: 2 * width + odd.1, channels },
    }
}

/// Compares every row of a map with the definition: from whole rows of lists and from strips of `columns` columns.
fn check(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    values: &[u8],
    switches: &[u8],
    parts: usize,
    columns: usize,
) {
    let row = layer.input.row_elements();
    let cells: Vec<CellRow<'_>> = (0..layer.input.height)
        .map(|y| CellRow { y, values: &values[y * row..][..row], switches: &switches[y * row / 4..][..row / 4] })
        .collect();
    let mut lists = vec![vec![0; cell_list_words(layer, parts)]; cells.len()];
    for (cells, list) in cells.iter().zip(&mut lists) {
        write_cell_list(layer, arrays.ratios, cells, parts, list);
    }
    let list = |y: usize| lists.get(y).map_or(&[][..], |list| list);
    let cell_row = |y: usize| cells.get(y).copied().unwrap_or_default();
    let out_row = layer.output.row_elements();
    for y in 0..layer.output.height.div_ceil(2) {
        let rows = (layer.output.height - 2 * y).min(2);
        let mut found = [vec![1; 2 * out_row], vec![1; 2 * out_row]];
        let [whole, strips] = &mut found;
        let (upper, lower) = whole.split_at_mut(out_row);
        let mut scratch = vec![0x5555_5555; gather_scratch_words(layer, parts)];
        let near = [list(y.wrapping_sub(1)), list(y), list(y + 1)];
        gather_rows(layer, arrays, near, parts, &mut scratch, &mut [upper, lower][..rows]);
        let (upper, lower) = strips.split_at_mut(out_row);
        let mut scratch = vec![0x5555_5555; gather_strip_scratch_words(layer, parts, columns)];
        let near = [cell_row(y.wrapping_sub(1)), cell_row(y), cell_row(y + 1)];
        gather_strip_rows(layer, arrays, near, parts, columns, &mut scratch, &mut [upper, lower][..rows]);
        for parity in 0..rows {
            let mut expected = vec![0; out_row];
            let (first, last) = (((2 * y + parity).max(1) - 1) / 2, (2 * y + parity).div_ceil(2));
            let near: Vec<_> = cells.iter().filter(|cells| (first..=last).contains(&cells.y)).copied().collect();
            let mut accumulators = vec![0; layer.output.channels];
            unpool_deconvolution_row(layer, arrays, 2 * y + parity, &near, &mut accumulators, &mut expected);
            for found in &found {
                let found = &found[parity * out_row..][..out_row];
                assert_eq!(found, &expected, "row {} of {layer:?}, {parts} parts", 2 * y + parity);
            }
        }
    }
}

#[test]
fn equals_the_definition() {
    let mut random = Random::new(7);
    let mut most_parts = 0;
    for round in 0..cases(400) {
        let (height, width) = (1 + random.below(9), 1 + random.below(9));
        let (filters, channels) = (4 + 4 * random.below(6), 8 + 8 * random.below(2));
        let odd = (random.below(2), random.below(2));
        let layer = layer(height, width, filters, channels, odd);
        assert!(gather_suits(&layer));
        let extreme = round % 5 == 0;
        let weights: Vec<i8> = (0..9 * filters * channels)
            .map(|_| if extreme { [-127, 127][random.below(2)] } else { random.below(255) as i32 as u8 as i8 })
            .map(|w| w.max(-127))
            .collect();
        let most = [1, 4, 15][random.below(3)];
        let ratios: Vec<u8> =
            (0..filters).map(|_| if extreme { most } else { 1 + random.below(most.into()) as u8 }).collect();
        let bias: Vec<I32> = (0..channels).map(|_| I32::new(random.below(20001) as i32 - 10000)).collect();
        let needed = gather_parts(&layer, &weights, &ratios, &bias).expect("a part of four filters is exact");
        most_parts = most_parts.max(needed);
        let parts = needed + random.below(2);
        let density = [0, 12, 50, 100][random.below(4)];
        let alike = random.below(8);
        let elements = layer.input.elements();
        let values: Vec<u8> = (0..elements)
            .map(|_| {
                if random.below(100) >= density {
                    0
                } else if extreme {
                    255
                } else {
                    1 + random.below(255) as u8
                }
            })
            .collect();
        let switches: Vec<u8> = (0..elements / 4)
            .map(|_| [0, 0x55, 0xaa, 0xff].get(alike).copied().unwrap_or(random.below(256) as u8))
            .collect();
        let multiplier = Multiplier::new(1 << (12 + random.below(6))).unwrap();
        let arrays = DeconvolutionArrays { weights: &weights, ratios: &ratios, bias: &bias, multiplier };
        check(&layer, &arrays, &values, &switches, parts, 1 + random.below(4));
    }
    assert!(most_parts > 2, "large weights need parts: {most_parts}");
}

/// The largest and least accumulator of output `parity`, every cell's position and value tried, from rule 6 alone.
fn extremes(layer: &DecoderLayer, weights: &[i8], ratios: &[u8], channel: usize, parity: (i32, i32)) -> (i64, i64) {
    let channels = layer.output.channels;
    let (mut most, mut least) = (0, 0);
    for (filter, &ratio) in weights.chunks_exact(9 * channels).zip(ratios) {
        for cell in 0..9 {
            let (cell_y, cell_x) = (cell / 3 - 1, cell % 3 - 1);
            let reached = (0..4).filter_map(|switch| {
                // Tap = output + padding - position.
                let ky = parity.0 + 1 - (2 * cell_y + switch / 2);
                let kx = parity.1 + 1 - (2 * cell_x + switch % 2);
                let inside = (0..3).contains(&ky) && (0..3).contains(&kx);
                inside.then(|| 255 * i64::from(ratio) * i64::from(filter[(3 * ky + kx) as usize * channels + channel]))
            });
            let products: Vec<i64> = reached.chain([0]).collect();
            most += products.iter().max().unwrap();
            least += products.iter().min().unwrap();
        }
    }
    (most, least)
}

#[test]
fn the_bound_is_the_largest_magnitude_that_can_be_reached() {
    let mut random = Random::new(11);
    for _ in 0..cases(200) {
        let layer = layer(3, 3, 4, 8, (0, 0));
        let weights: Vec<i8> = (0..9 * 4 * 8).map(|_| (random.below(255) as i32 - 127) as i8).collect();
        let ratios: Vec<u8> = (0..4).map(|_| 1 + random.below(15) as u8).collect();
        let bias = random.below(20_001) as i32 - 10_000;
        for channel in [0, 1, 4, 5] {
            let reached = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|parity| {
                let (most, least) = extremes(&layer, &weights, &ratios, channel, parity);
                (most + i64::from(bias)).abs().max((least + i64::from(bias)).abs())
            });
            let found = gather_bound(&layer, &weights, &ratios, bias, channel);
            assert_eq!(Some(found), reached.into_iter().max(), "channel {channel}");
        }
    }
}

#[test]
fn filters_are_cut_until_every_part_is_exact() {
    let layer = layer(3, 3, 24, 8, (0, 0));
    // Where every weight is 127, a filter reaches 255 * m * 127 in each of four cells.
    let parts = |of_filter: fn(usize) -> i8, ratio: u8, bias: i32| {
        let weights: Vec<i8> = (0..24 * 9 * 8).map(|i| of_filter(i / (9 * 8))).collect();
        gather_parts(&layer, &weights, &[ratio; 24], &[I32::new(bias); 8])
    };
    assert_eq!(parts(|_| 0, 15, (1 << 23) - 1), Some(1));
    assert_eq!(parts(|_| 0, 15, 1 << 23), None, "no cut makes a bias smaller");
    assert_eq!(parts(|_| 127, 7, 0), Some(3), "9 filters below 2^23, in fours: 8");
    assert_eq!(parts(|_| 127, 7, 1_200_000), Some(6), "8 filters and the bias are too many");
    assert_eq!(parts(|_| 127, 15, 600_000), Some(6));
    assert_eq!(parts(|_| 127, 15, 700_000), None);
    assert_eq!(parts(|filter| if filter < 8 { 0 } else { 127 }, 7, 1_200_000), Some(3), "the bias is the first part's");
    assert_eq!(parts(|filter| if filter < 12 { 0 } else { 127 }, 7, 0), Some(3), "the last 12 filters are too many");
}
