//! From sums of F(4x4,3x3) to outputs.

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::products::FREQUENCIES;
use crate::arch::{portable, tile_outputs as own};

/// The most channels from a pixel to the next one.
const CHANNELS: usize = 12;
/// Bytes of a row of outputs, the shift before it included.
const ROW: usize = 16 * CHANNELS + 4;
type Row = Twins<u8, { ROW + 2 * GUARD }>;

/// Sums of two outputs and all tiles.
type Sums<const TILES: usize> = [[[u32; 2]; TILES]; FREQUENCIES];

fn sums<const TILES: usize>(random: &mut Random) -> Sums<TILES> {
    let mut sums = [[[0; 2]; TILES]; FREQUENCIES];
    match random.below(3) {
        // Accumulators of a layer are some thousands.
        0 => sums.as_flattened_mut().as_flattened_mut().iter_mut().for_each(|sum| *sum = random.signed(1 << 20) as u32),
        _ => random.fill_words(sums.as_flattened_mut().as_flattened_mut()),
    }
    sums
}

pub(super) fn pooled<const TILES: usize>(random: &mut Random) -> Outcome {
    let sums = sums::<TILES>(random);
    let (channels, shift) = (4 * random.up_to(CHANNELS / 4), random.below(4));
    let (multipliers, upper) = ([random.multiplier(), random.multiplier()], random.flag());
    let mut out = [Row::new(random), Row::new(random)];
    let mut switches = [Row::new(random), Row::new(random)];
    // Nothing is kept of some rows.
    let windows = if random.below(4) == 0 { 0 } else { (2 * TILES - 1) * (channels / 4) + 1 };
    for row in &mut switches {
        for place in 0..windows {
            // The lower half was written before, which zeroed the upper one.
            row.write(shift + place, random.below(if upper { 16 } else { 256 }) as u8);
        }
    }
    let length = (2 * TILES - 1) * channels + 2;
    let [[own_a, a], [own_b, b]] = out.each_mut().map(|row| row.outputs(shift, length));
    let [[own_c, c], [own_d, d]] = switches.each_mut().map(|row| row.outputs(shift, windows));
    own::pooled_outputs(&sums, multipliers, channels, [own_a, own_b], [own_c, own_d], upper);
    portable::tile_outputs::pooled_outputs(&sums, multipliers, channels, [a, b], [c, d], upper);
    out.iter().chain(&switches).try_for_each(Row::compare)
}

pub(super) fn plain<const TILES: usize>(random: &mut Random) -> Outcome {
    let sums = sums::<TILES>(random);
    let (channels, shift) = (4 * random.up_to(CHANNELS / 4), random.below(4));
    let multipliers = [random.multiplier(), random.multiplier()];
    let mut out: [Row; 4] = core::array::from_fn(|_| Row::new(random));
    let length = (4 * TILES - 1) * channels + 2;
    let [[own_a, a], [own_b, b], [own_c, c], [own_d, d]] = out.each_mut().map(|row| row.outputs(shift, length));
    own::plain_outputs(&sums, multipliers, channels, [own_a, own_b, own_c, own_d]);
    portable::tile_outputs::plain_outputs(&sums, multipliers, channels, [a, b, c, d]);
    out.iter().try_for_each(Row::compare)
}
