//! The same bits as the definitions, on random and extreme layers.

extern crate std;

use std::vec;
use std::vec::Vec;

use super::super::winograd::tests::compare;
use super::*;
use crate::model::bounds::deconvolution_bound;
use crate::model::{DecoderLayer, MapShape};
use crate::numeric::Multiplier;
use crate::ops::{CellRow, DeconvolutionArrays, deconvolution_row, switch_row_bytes, unpool_deconvolution_row};
use crate::random::{Random, cases, side};

#[test]
fn convolutions_equal_the_definition() {
    compare(vector_winograd_rows, vector_winograd_scratch_words, &[8, 16, 24, 12, 20]);
}

struct Deconvolution {
    layer: DecoderLayer,
    values: Vec<u8>,
    switches: Vec<u8>,
    weights: Vec<i8>,
    ratios: Vec<u8>,
    bias: Vec<I32>,
}

impl Deconvolution {
    fn random(random: &mut Random) -> Self {
        let unpool = random.of(&[0, 1, 1]) == 1;
        let (height, width) = (random.up_to(side(11)), random.up_to(side(11)));
        let (filters, channels) = (random.of(&[8, 16, 24]), random.of(&[2, 4, 6]));
        let scale = if unpool { 2 } else { 1 };
        let mut odd = || if unpool { random.of(&[0, 1]) } else { 0 };
        let output = MapShape { height: scale * height + odd(), width: scale * width + odd(), channels };
        let layer = DecoderLayer {
            stage: 1,
            convolution: 0,
            unpool,
            ends_stage: true,
            kernel: 3,
            input: MapShape { height, width, channels: filters },
            output,
        };
        let kind = random.of(&[0, 0, 1, 2]);
        let mut value = |elements: usize| -> Vec<u8> {
            let value = |_| match kind {
                0 => (random.next() >> 7) as u8,
                1 => 255 * ((random.next() >> 9) & 1) as u8,
                _ => 255,
            };
            (0..elements).map(value).collect()
        };
        let values = value(layer.input.elements());
        let switches = (0..height * switch_row_bytes(layer.input.row_elements())).map(|_| (random.next() >> 5) as u8);
        let switches = switches.collect();
        let extreme = random.of(&[0, 0, 1]) == 1;
        let weight = |random: &mut Random| match extreme {
            true => [127, -127][(random.next() >> 9) as usize & 1],
            false => ((random.next() >> 7) as u8 as i8).max(-127),
        };
        let weights = (0..9 * filters * channels).map(|_| weight(random)).collect();
        let most = random.of(&[1, 5]);
        let ratios = (0..filters).map(|_| random.up_to(most) as u8).collect();
        let bias = (0..channels).map(|_| I32::new((random.next() % 40_000) as i32 - 20_000)).collect();
        Self { layer, values, switches, weights, ratios, bias }
    }

    fn arrays(&self) -> DeconvolutionArrays<'_> {
        let multiplier = Multiplier::new(1 << 12).unwrap();
        DeconvolutionArrays { weights: &self.weights, ratios: &self.ratios, bias: &self.bias, multiplier }
    }

    /// Rows of the input from `first` on, empty outside.
    fn rows<const COUNT: usize>(&self, first: isize) -> [CellRow<'_>; COUNT] {
        let row = self.layer.input.row_elements();
        core::array::from_fn(|i| {
            let y = (first + i as isize) as usize;
            if y >= self.layer.input.height {
                return CellRow::default();
            }
            let (values, switches) = (&self.values[y * row..][..row], &self.switches[y * row / 4..][..row / 4]);
            CellRow { y, values, switches }
        })
    }

    fn by_definition(&self) -> Vec<u8> {
        let row = self.layer.output.row_elements();
        let mut out = vec![0; self.layer.output.elements()];
        let mut accumulators = vec![0; self.layer.output.channels];
        for (y, out) in out.chunks_exact_mut(row).enumerate() {
            if self.layer.unpool {
                let cells = self.rows::<3>(y as isize / 2 - 1);
                let cells: Vec<_> = cells.into_iter().filter(|row| !row.values.is_empty()).collect();
                unpool_deconvolution_row(&self.layer, &self.arrays(), y, &cells, &mut accumulators, out);
            } else {
                let window = self.rows::<3>(y as isize - 1).map(|row| row.values);
                deconvolution_row(&self.layer, &self.arrays(), &window, &mut accumulators, out);
            }
        }
        out
    }

    fn by_winograd(&self, tiles: usize) -> Vec<u8> {
        let row = self.layer.output.row_elements();
        let mut out = vec![0x55; self.layer.output.elements()];
        let mut scratch = vec![0x5555_5555; vector_deconvolution_scratch_words(&self.layer, tiles)];
        for (i, out) in out.chunks_mut(4 * row).enumerate() {
            let y = 4 * i as isize;
            let input = if self.layer.unpool {
                DeconvolutionInput::Unpooled(self.rows(y / 2 - 1))
            } else {
                DeconvolutionInput::Dense(self.rows(y - 1).map(|row| row.values))
            };
            let mut out: Vec<&mut [u8]> = out.chunks_mut(row).collect();
            vector_deconvolution_rows(&self.layer, &self.arrays(), &input, tiles, &mut scratch, &mut out);
        }
        out
    }
}

/// A dense layer of 3x3 taps.
fn layer(filters: usize, channels: usize) -> DecoderLayer {
    let shape = |channels| MapShape { height: 2, width: 2, channels };
    let (input, output) = (shape(filters), shape(channels));
    DecoderLayer { stage: 1, convolution: 0, unpool: false, ends_stage: true, kernel: 3, input, output }
}

#[test]
fn the_bound_counts_one_sign_at_a_time() {
    let layer = layer(2, 2);
    let weights: Vec<i8> = (0..36).map(|i| [1, -3, 2, 5][i % 4] * if i < 18 { 1 } else { -2 }).collect();
    // Of filter 0 the first channel meets 1, 2, 1, ..., 1, the second -3, 5, -3, ..., -3; filter 1 goes on at 2 and 5, times -2.
    let filters = [[5 + 2 * 4, 0], [0, 2 * (2 * 5 + 4)]];
    let other = [[5 * 4, 3 * 5], [2 * 3 * 4, 2 * 5 * 5]];
    let bound = |[first, second]: [[i64; 2]; 2], ratios: [i64; 2]| {
        let sign = |sign: usize| first[sign] * ratios[0] + second[sign] * ratios[1];
        255 * sign(0).max(sign(1))
    };
    for (ratios, bias) in [([1, 1], 7), ([5, 1], -7), ([1, 4], 0)] {
        let found = |channel| vector_deconvolution_bound(&layer, &weights, &ratios, bias, channel);
        let (ratios, bias) = (ratios.map(i64::from), i64::from(bias).abs());
        assert_eq!(found(0), bound(filters, ratios) + bias, "{ratios:?}");
        assert_eq!(found(1), bound(other, ratios) + bias, "{ratios:?}");
    }
}

#[test]
fn what_suits_fits_the_lanes() {
    assert!(vector_deconvolution_suits(&layer(8, 1040), &[5; 8]));
    assert!(!vector_deconvolution_suits(&layer(8, 1042), &[5; 8]), "63 * 1042 takes more than 16 bits");
    assert!(!vector_deconvolution_suits(&layer(8, 2), &[6; 8]));
    assert!(!vector_deconvolution_suits(&layer(4, 2), &[5; 4]));
}

#[test]
fn deconvolutions_equal_the_definition() {
    let mut random = Random::new(3);
    let mut compared = 0;
    for _ in 0..cases(500) {
        let case = Deconvolution::random(&mut random);
        let bias = case.bias.iter().enumerate();
        let bounds = bias.map(|(c, b)| deconvolution_bound(&case.layer, &case.weights, &case.ratios, b.get(), c));
        if bounds.max() >= Some(1 << 25) || !vector_deconvolution_suits(&case.layer, &case.ratios) {
            continue;
        }
        let tiles = random.up_to(6);
        assert!(case.by_winograd(tiles) == case.by_definition(), "{:?} with {tiles} tiles", case.layer);
        compared += 1;
    }
    assert!(compared >= cases(400), "most layers keep the bound: {compared} of {}", cases(500));
}
