//! The network's input of one channel: products along x, windows, windows by vectors.

use zerocopy::little_endian::I32;

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::input_windows::Filters;
use crate::arch::{
    column_products as own_columns, input_windows as own_vectors, portable, window_products as own_windows,
};

const KERNELS: [usize; 5] = [3, 5, 7, 9, 11];

pub(super) fn columns(random: &mut Random) -> Outcome {
    let kernel = random.of(&KERNELS);
    let words = own_columns::column_words(kernel);
    let (mut values, mut weights) = ([0; 12 * 6 * 2 * 2], [0; 6 * (1 + 11 * 2) * 2]);
    random.fill_words(&mut values);
    random.fill_words(&mut weights);
    let (values, weights) = (&values[..(kernel + 1) * 6 * words * 2], &weights[..6 * (1 + kernel * words) * 2]);
    let mut codes = Twins::<i32, { 8 + 2 * GUARD }>::new(random);
    let [found, expected] =
        codes.outputs(0, 8).map(|codes| codes.as_chunks_mut().0.first_chunk_mut().expect("eight codes"));
    let own = own_columns::ColumnProducts::new(kernel).expect("an odd kernel");
    let portable = portable::column_products::ColumnProducts::new(kernel).expect("an odd kernel");
    own.window_codes(values, weights, found);
    portable.window_codes(values, weights, expected);
    codes.compare()
}

/// The most filters of windows.
const FILTERS: usize = 16;
/// Words of a pair of filters, at most.
const PAIR: usize = portable::window_products::pair_words(5);

pub(super) fn windows(random: &mut Random) -> Outcome {
    let kernel = random.of(&[3, 5]);
    let filters = 4 * random.up_to(FILTERS / 4);
    let pair = own_windows::pair_words(kernel);
    let mut lanes = [0; 2 * (36 + PAIR * FILTERS / 2)];
    let (pixels, taps) = lanes.split_at_mut(2 * 36);
    random.fill_i16(128, pixels);
    random.fill_i16(4 * 127, taps);
    let word = |lanes: &[i16; 2]| u32::from(lanes[0] as u16) | u32::from(lanes[1] as u16) << 16;
    let values: [u32; 36] = core::array::from_fn(|i| word(&pixels.as_chunks().0[i]));
    let mut weights: [u32; PAIR * FILTERS / 2] = core::array::from_fn(|i| word(&taps.as_chunks().0[i]));
    for weights in weights.chunks_exact_mut(pair) {
        let bias = [(); 2].map(|()| random.signed(1 << 25));
        for (position, seeds) in (0..4).zip(weights.as_chunks_mut::<2>().0) {
            *seeds = bias.map(|bias| (4 * bias + 3 - position) as u32);
        }
        *weights.last_chunk_mut().expect("two multipliers") = [(); 2].map(|()| random.multiplier() as u32);
    }
    let (values, weights) = (&values[..2 * (kernel + 1) * kernel.div_ceil(2)], &weights[..pair * filters / 2]);
    let mut out = Twins::<u8, { FILTERS + 3 + 2 * GUARD }>::new(random);
    let mut switches = Twins::<u8, { FILTERS / 4 + 3 + 2 * GUARD }>::new(random);
    let [found, expected] = out.outputs(random.below(4), filters);
    let [found_switches, expected_switches] = switches.outputs(random.below(4), filters / 4);
    let own = own_windows::WindowProducts::new(kernel).expect("a kernel of 3 or 5");
    let portable = portable::window_products::WindowProducts::new(kernel).expect("a kernel of 3 or 5");
    own.put(values, weights, found, found_switches);
    portable.put(values, weights, expected, expected_switches);
    out.compare()?;
    switches.compare()
}

/// The most windows of a row by vectors.
const WINDOWS: usize = 9;
/// Bytes of a row of pixels, at most.
const PITCH: usize = 2 * WINDOWS + 12;

pub(super) fn vector_windows(random: &mut Random) -> Outcome {
    let kernel = random.of(&KERNELS);
    let (count, windows) = (4 * random.up_to(3), random.up_to(WINDOWS));
    let pitch = 2 * windows + kernel - 1 + random.below(3);
    let (mut weights, mut pixels) = ([0; 12 * 121 + 3], [0; 12 * PITCH + 3]);
    random.fill_i8(&mut weights);
    random.fill_i8(&mut pixels);
    let biases: [I32; 12] = core::array::from_fn(|_| I32::new(random.signed(1 << 26)));
    let multipliers: [I32; 12] = core::array::from_fn(|_| I32::new(random.multiplier()));
    let (first_weight, first_pixel) = (random.below(4), random.below(4));
    let filters = Filters {
        weights: &weights[first_weight..first_weight + count * kernel * kernel],
        kernel,
        biases: &biases[..count],
        multipliers: &multipliers[..count],
    };
    let pixels = &pixels[first_pixel..first_pixel + (kernel + 1) * pitch];
    let mut out = Twins::<u8, { 12 * WINDOWS + 3 + 2 * GUARD }>::new(random);
    let mut switches = Twins::<u8, { 3 * WINDOWS + 3 + 2 * GUARD }>::new(random);
    let listens = random.below(4) > 0;
    let [found, expected] = out.outputs(random.below(4), windows * count);
    let [found_switches, expected_switches] =
        switches.outputs(random.below(4), if listens { windows * count / 4 } else { 0 });
    own_vectors::input_windows(&filters, pixels, pitch, found, found_switches);
    portable::input_windows::input_windows(&filters, pixels, pitch, expected, expected_switches);
    out.compare()?;
    switches.compare()
}
