//! F(4x4,3x3) by vectors: from sums to outputs, and maps that are unpooled and moved.

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::portable::vectors::{self as portable, FREQUENCIES, Place, Sums, Target, Vector};
use crate::arch::vectors as own;

/// Bytes from pixel to pixel, at most.
const PITCH: usize = 16;
/// Bytes of a row: sixteen pixels of four tiles, two outputs before them, the shift.
const ROW: usize = 16 * PITCH + 4;
type Row = Twins<u8, { ROW + PITCH + 2 * GUARD }>;
/// The largest bias.
const BIAS: i32 = 1 << 24;

/// Sums as a layer of eight channels has them: of patches and filters through the portable transforms.
#[inline(never)]
fn sums(random: &mut Random) -> Sums {
    let mut sums = [[[0; 4]; 2]; FREQUENCIES];
    let (mut v, mut u) = ([Vector::default(); 4 * FREQUENCIES], [Vector::default(); 2 * FREQUENCIES]);
    for tile in 0..4 {
        let (mut rows, mut half) = ([[0; 48]; 6], [[Vector::default(); 6]; 6]);
        random.fill_u8(rows.as_flattened_mut());
        portable::input_columns(rows.each_ref().map(|row| &row[..]), &mut half);
        portable::input_rows(&half, 1, Place { first: tile, stride: 4, step: 4 }, &mut v);
    }
    for filter in 0..2 {
        let mut taps = [[0; 24]; 3];
        random.fill_i8(taps.as_flattened_mut());
        let place = Place { first: filter, stride: 2, step: 2 };
        portable::weights(taps.each_ref().map(|row| &row[..]), 3, &[0; 8], 8, place, &mut u);
    }
    portable::products::<4>(&v, &u, 1, &mut sums);
    sums
}

/// Where outputs of `columns` columns a tile go, how many tiles they are of, and the length of a row.
fn target(random: &mut Random, columns: usize) -> (Target, usize, usize) {
    let pitch = 4 * random.up_to(PITCH / 4);
    let target = Target {
        biases: [random.signed(BIAS), random.signed(BIAS)],
        multipliers: [random.multiplier(), random.multiplier()],
        element: 2 * random.below(pitch / 2),
        pitch,
        width: random.up_to(4 * columns),
    };
    let tiles = random.up_to(4);
    // The group's tiles reach past the row's end by less than one.
    let width = target.width.min(tiles * columns);
    (target, tiles, (width * pitch).max(pitch))
}

pub(super) fn windows(random: &mut Random) -> Outcome {
    let sums = sums(random);
    let (target, tiles, length) = target(random, 2);
    let (rows, shift) = (random.up_to(2), random.below(4));
    let listens = random.below(4) > 0;
    let mut out = [Row::new(random), Row::new(random)];
    let mut switches = [Row::new(random), Row::new(random)];
    let switch_bytes = if listens { length / 4 } else { 0 };
    for row in &mut switches {
        (0..switch_bytes).for_each(|place| row.write(shift + place, 0));
    }
    let [[a, b], [c, d]] = out.each_mut().map(|row| row.outputs(shift, length));
    let [[e, f], [g, h]] = switches.each_mut().map(|row| row.outputs(shift, switch_bytes));
    let (mut found, mut expected) = ([a, c], [b, d]);
    let (mut found_switches, mut expected_switches) = ([e, g], [f, h]);
    own::windows(&mut sums.clone(), &target, tiles, &mut found[..rows], &mut found_switches[..rows]);
    portable::windows(&mut sums.clone(), &target, tiles, &mut expected[..rows], &mut expected_switches[..rows]);
    out.iter().chain(&switches).try_for_each(Row::compare)
}

pub(super) fn outputs(random: &mut Random) -> Outcome {
    let sums = sums(random);
    let (target, tiles, length) = target(random, 4);
    let (rows, shift) = (random.up_to(4), random.below(4));
    let mut out: [Row; 4] = core::array::from_fn(|_| Row::new(random));
    let [[a, b], [c, d], [e, f], [g, h]] = out.each_mut().map(|row| row.outputs(shift, length));
    let (mut found, mut expected) = ([a, c, e, g], [b, d, f, h]);
    own::outputs(&mut sums.clone(), &target, tiles, &mut found[..rows]);
    portable::outputs(&mut sums.clone(), &target, tiles, &mut expected[..rows]);
    out.iter().try_for_each(Row::compare)
}

pub(super) fn unpool(random: &mut Random) -> Outcome {
    const CELLS: usize = 5;
    const CHANNELS: usize = 36;
    let (cells, channels, shift) = (random.up_to(CELLS), 4 * random.up_to(CHANNELS / 4), random.below(4));
    let (mut values, mut switches) = ([0; CELLS * CHANNELS + 4], [0; CELLS * CHANNELS / 4 + 4]);
    random.fill_u8(&mut values);
    random.fill_u8(&mut switches);
    let values = &values[shift..shift + cells * channels];
    let switches = &switches[shift..shift + cells * channels / 4];
    let y = random.below(2) as u8;
    let mut out = Twins::<u8, { 2 * CELLS * CHANNELS + 4 + 2 * GUARD }>::new(random);
    let [found, expected] = out.outputs(random.below(4), 2 * cells * channels);
    own::unpool(values, switches, channels, y, found);
    portable::unpool(values, switches, channels, y, expected);
    out.compare()
}

pub(super) fn pack_and_clear(random: &mut Random) -> Outcome {
    const PIXELS: usize = 6;
    const CHANNELS: usize = 40;
    let (pixels, channels, shift) = (random.up_to(PIXELS), random.up_to(CHANNELS), random.below(4));
    let pitch = channels + random.below(20);
    let mut from = [0; PIXELS * CHANNELS + 4];
    random.fill_u8(&mut from);
    let from = &from[shift..shift + pixels * channels];
    let mut to = Twins::<u8, { PIXELS * (CHANNELS + 20) + 4 + 2 * GUARD }>::new(random);
    let [found, expected] = to.outputs(random.below(4), (pixels - 1) * pitch + channels);
    own::pack(from, channels, pitch, found);
    portable::pack(from, channels, pitch, expected);
    to.compare()?;
    let [found, expected] = to.outputs(random.below(4), random.up_to(PIXELS * CHANNELS));
    own::clear(found);
    portable::clear(expected);
    to.compare()
}
