//! The same bits as the definition, on random and extreme layers.

extern crate std;

use std::vec;
use std::vec::Vec;

use zerocopy::little_endian::I32;

use super::*;
use crate::model::MapShape;
use crate::ops::{convolution_row, switch_row_bytes};
use crate::random::{Random, cases, side};

/// [`winograd_rows`], or another function that gives the same.
type Kernel =
    fn(&EncoderLayer, &ConvolutionArrays<'_>, &[&[u8]], usize, &mut [u32], &mut [&mut [u8]], &mut [&mut [u8]]);

pub(in crate::ops) struct Layer {
    pub(in crate::ops) layer: EncoderLayer,
    pub(in crate::ops) input: Vec<u8>,
    pub(in crate::ops) weights: Vec<i8>,
    pub(in crate::ops) bias: Vec<I32>,
    multipliers: Vec<I32>,
}

impl Layer {
    pub(in crate::ops) fn random(random: &mut Random, kernel: usize, channels: &[usize]) -> Self {
        let pool = random.of(&[0, 1, 1]) == 1;
        let least = if pool { 2 } else { 1 };
        let (height, width) = (random.up_to(side(19)).max(least), random.up_to(side(19)).max(least));
        let (channels, filters) = (random.of(channels), random.of(&[4, 8]));
        let shrink = if pool { 2 } else { 1 };
        let layer = EncoderLayer {
            kernel,
            pool,
            input: MapShape { height, width, channels },
            output: MapShape { height: height / shrink, width: width / shrink, channels: filters },
            tied: false,
        };
        let kind = random.of(&[0, 0, 1, 2, 3]);
        let input = (0..layer.input.elements())
            .map(|_| match kind {
                0 => (random.next() >> 7) as u8,
                1 => 255 * ((random.next() >> 9) & 1) as u8,
                2 => 255,
                _ => ((random.next() >> 9) & 1) as u8,
            })
            .collect();
        let kind = random.of(&[0, 0, 1, 2, 3]);
        let weights = (0..layer.weights())
            .map(|i| match kind {
                0 => ((random.next() >> 7) as u8 as i8).max(-127),
                1 => {
                    if (i / channels) % 2 == 0 {
                        127
                    } else {
                        -127
                    }
                }
                2 => [127, -127][(i / layer.filter_weights()) % 2],
                _ => ((random.next() >> 9) % 3) as i8 - 1,
            })
            .collect();
        let numbers = |random: &mut Random, least: i32, most: i32| -> Vec<I32> {
            (0..filters).map(|_| I32::new(least + (random.next() % (most - least) as u32) as i32)).collect()
        };
        let bias = numbers(random, -20_000, 20_000);
        let multipliers = numbers(random, 1000, 1 << 21);
        Self { layer, input, weights, bias, multipliers }
    }

    pub(in crate::ops) fn arrays(&self) -> ConvolutionArrays<'_> {
        ConvolutionArrays {
            weights: &self.weights,
            bias: &self.bias,
            multipliers: &self.multipliers,
            ratios: &[],
            deconvolution_bias: &[],
        }
    }

    pub(in crate::ops) fn window(&self, first: usize, count: usize) -> Vec<&[u8]> {
        let row = self.layer.input.row_elements();
        let row_at = |y: usize| match y.checked_sub(self.layer.padding()) {
            Some(y) if y < self.layer.input.height => &self.input[y * row..(y + 1) * row],
            _ => &[],
        };
        (first..first + count).map(row_at).collect()
    }

    /// Outputs and switches by the definition.
    pub(in crate::ops) fn by_definition(&self) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let (row, step) = (self.layer.output.row_elements(), if self.layer.pool { 2 } else { 1 });
        let rows = (0..self.layer.output.height).map(|y| {
            let (mut out, mut switches) = (vec![0; row], vec![0; switch_row_bytes(row)]);
            let window = self.window(step * y, self.layer.kernel + step - 1);
            convolution_row(&self.layer, &self.arrays(), &window, &mut out, &mut switches);
            (out, switches)
        });
        rows.unzip()
    }

    fn by(
        &self,
        kernel: Kernel,
        words: fn(&EncoderLayer, usize) -> usize,
        tiles: usize,
    ) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let (row, step) = (self.layer.output.row_elements(), if self.layer.pool { 2 } else { 1 });
        let height = self.layer.output.height;
        let (mut out, mut switches) = (vec![vec![0x55; row]; height], vec![vec![0x55; switch_row_bytes(row)]; height]);
        let mut scratch = vec![0x5555_5555; words(&self.layer, tiles)];
        for first in (0..height).step_by(4 / step) {
            let end = (first + 4 / step).min(height);
            let window = self.window(step * first, self.layer.kernel + 3);
            let mut out: Vec<&mut [u8]> = out[first..end].iter_mut().map(Vec::as_mut_slice).collect();
            let mut switches: Vec<&mut [u8]> = switches[first..end].iter_mut().map(Vec::as_mut_slice).collect();
            kernel(&self.layer, &self.arrays(), &window, tiles, &mut scratch, &mut out, &mut switches);
        }
        (out, switches)
    }
}

#[test]
fn it_equals_the_definition() {
    compare(winograd_rows, winograd_scratch_words, &[4, 8, 12, 36]);
}

/// Compares a kernel with the definition on random layers.
pub(in crate::ops) fn compare(kernel: Kernel, words: fn(&EncoderLayer, usize) -> usize, channels: &[usize]) {
    let mut random = Random::new(1);
    let mut compared = 0;
    for i in 0..cases(1500) {
        let layer = Layer::random(&mut random, [3, 5][i % 2], channels);
        let filters = layer.weights.chunks_exact(layer.layer.filter_weights()).zip(&layer.bias);
        if filters.map(|(filter, bias)| winograd_bound(filter, bias.get())).any(|bound| bound >= 1 << 25) {
            continue;
        }
        let tiles = random.up_to(6);
        let (out, switches) = layer.by(kernel, words, tiles);
        let (expected, expected_switches) = layer.by_definition();
        assert!(out == expected, "values of {:?} with {tiles} tiles", layer.layer);
        if layer.layer.pool {
            assert!(switches == expected_switches, "switches of {:?} with {tiles} tiles", layer.layer);
        }
        compared += 1;
    }
    assert!(compared >= cases(1000), "most layers keep the bound: {compared} of {}", cases(1500));
}

#[test]
fn the_bound_counts_one_sign_at_a_time() {
    assert_eq!(winograd_bound(&[3, -5, 4], -2), 255 * 7 + 2);
    assert_eq!(winograd_bound(&[3, -9, 4], 2), 255 * 9 + 2);
}
