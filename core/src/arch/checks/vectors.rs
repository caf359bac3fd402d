//! F(4x4,3x3) by vectors: transforms, staging, multiplications.

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::portable::vectors::{self as portable, Block, FREQUENCIES, Place, Sums, Vector};
use crate::arch::vectors as own;
use crate::model::Aligned;

/// The most groups of eight channels.
const GROUPS: usize = 2;
/// The most tiles or filters that stand side by side.
const SIDE: usize = 4;
/// Elements of their transformed vectors.
const TRANSFORMED: usize = 8 * FREQUENCIES * GROUPS * SIDE;
type Transformed = Twins<i16, { TRANSFORMED + 2 * GUARD }>;

/// Elements of vectors, as vectors.
fn vectors(elements: &mut [i16]) -> &mut [Vector] {
    elements.as_chunks_mut().0
}

/// A place among `groups` groups of `side` tiles or filters, and the elements that all of them have.
fn place(random: &mut Random, groups: usize) -> (Place, usize) {
    let side = random.up_to(SIDE);
    let place = Place { first: random.below(side), stride: groups * side, step: side };
    (place, 8 * FREQUENCIES * groups * side)
}

pub(super) fn input_columns(random: &mut Random) -> Outcome {
    /// The most elements of a row of a patch, eight at a time.
    const CHUNKS: usize = 6 * GROUPS;
    let (chunks, shift) = (random.up_to(CHUNKS), random.below(4));
    let mut memory = [[0; 8 * CHUNKS + 4]; 6];
    random.fill_u8(memory.as_flattened_mut());
    let rows = memory.each_ref().map(|row| &row[shift..shift + 8 * chunks]);
    let mut half = Twins::<i16, { 48 * CHUNKS + 2 * GUARD }>::new(random);
    let [found, expected] = half.outputs(0, 48 * chunks).map(|half| vectors(half).as_chunks_mut().0);
    own::input_columns(rows, found);
    portable::input_columns(rows, expected);
    half.compare()
}

pub(super) fn input_rows(random: &mut Random) -> Outcome {
    let groups = random.up_to(GROUPS);
    let mut half = Aligned([0; 48 * 6 * GROUPS]);
    // Ten times 255 either way.
    random.fill_i16(2550, &mut half.0);
    let half = &half.0.as_chunks().0.as_chunks().0[..6 * groups];
    let (place, elements) = place(random, groups);
    let mut v = Transformed::new(random);
    let [found, expected] = v.outputs(0, elements).map(vectors);
    own::input_rows(half, groups, place, found);
    portable::input_rows(half, groups, place, expected);
    v.compare()
}

pub(super) fn weights(random: &mut Random) -> Outcome {
    let (groups, columns, shift) = (random.up_to(GROUPS), random.up_to(3), random.below(4));
    let channels = 8 * groups;
    let mut taps = [0; 9 * 8 * GROUPS + 4];
    random.fill_i8(&mut taps);
    let row = |r: usize| &taps[shift + r * columns * channels..shift + (r + 1) * columns * channels];
    let zeros = [0; 8 * GROUPS];
    let (place, elements) = place(random, groups);
    let mut u = Transformed::new(random);
    let [found, expected] = u.outputs(0, elements).map(vectors);
    own::weights([row(0), row(1), row(2)], columns, &zeros, channels, place, found);
    portable::weights([row(0), row(1), row(2)], columns, &zeros, channels, place, expected);
    u.compare()
}

pub(super) fn staged_weights(random: &mut Random) -> Outcome {
    let groups = random.up_to(GROUPS);
    let mut staged = Aligned([0; 72 * GROUPS]);
    // Weights times a ratio of 5.
    random.fill_i16(5 * 127, &mut staged.0);
    let staged = &staged.0.as_chunks().0.as_chunks().0[..groups];
    let (place, elements) = place(random, groups);
    let mut u = Transformed::new(random);
    let [found, expected] = u.outputs(0, elements).map(vectors);
    own::staged_weights(staged, place, found);
    portable::staged_weights(staged, place, expected);
    u.compare()
}

/// Vectors of products: of one tile, enough for a second round of the back end's unrolled steps.
const DEPTH: usize = 18;

pub(super) fn products<const TILES: usize>(random: &mut Random) -> Outcome {
    let depth = random.up_to(DEPTH / TILES);
    let mut v = Aligned([0; 8 * FREQUENCIES * DEPTH]);
    let mut u = Aligned([0; 8 * FREQUENCIES * 2 * DEPTH]);
    let (v, u) = (&mut v.0[..8 * FREQUENCIES * depth * TILES], &mut u.0[..8 * FREQUENCIES * depth * 2]);
    // The transforms' largest magnitudes.
    random.fill_i16(25_500, v);
    random.fill_i16(49 * 635, u);
    let mut sums = Twins::<i32, { 8 * FREQUENCIES + 2 * GUARD }>::new(random);
    let [found, expected] = sums.outputs(0, 8 * FREQUENCIES).map(|sums| {
        let sums: &mut Sums =
            sums.as_chunks_mut().0.as_chunks_mut().0.first_chunk_mut().expect("eight sums a frequency");
        sums
    });
    own::products::<TILES>(vectors(v), vectors(u), depth, found);
    portable::products::<TILES>(vectors(v), vectors(u), depth, expected);
    // Sums of further tiles end undefined.
    for sum in 0..2 * FREQUENCIES {
        (TILES..4).for_each(|tile| sums.expect(4 * sum + tile, |found| found));
    }
    sums.compare()
}

pub(super) fn stage_quad(random: &mut Random) -> Outcome {
    const TAP: usize = 24;
    let mut taps = [0; 4 + 3 * (3 * TAP + 8) + 4];
    random.fill_i8(&mut taps);
    let tap = 4 * random.up_to(TAP / 4);
    let block = Block { tap, row: 3 * tap + random.of(&[0, 4, 8]), rows: random.below(4), columns: random.of(&[2, 3]) };
    let length = block.rows.saturating_sub(1) * block.row + (block.columns - 1) * block.tap + 4;
    let shift = random.below(4);
    let taps = if block.rows == 0 { &[][..] } else { &taps[shift..shift + length] };
    let half = random.below(2);
    let mut staged = Twins::<i16, { 72 + 2 * GUARD }>::new(random);
    let [found, expected] =
        staged.outputs(0, 72).map(|staged| vectors(staged).first_chunk_mut().expect("nine vectors of eight lanes"));
    own::stage_quad(taps, block, found, half);
    portable::stage_quad(taps, block, expected, half);
    staged.compare()
}

pub(super) fn stage_transposed(random: &mut Random) -> Outcome {
    const CHANNELS: usize = 12;
    let (groups, channels) = (random.up_to(GROUPS), random.up_to(CHANNELS));
    let channel = random.below(channels);
    let mut weights = [0; 72 * GROUPS * CHANNELS];
    random.fill_i8(&mut weights);
    let ratios: [u8; 8 * GROUPS] = core::array::from_fn(|_| random.up_to(5) as u8);
    let (weights, ratios) = (&weights[..72 * groups * channels], &ratios[..8 * groups]);
    let mut staged = Twins::<i16, { 72 * GROUPS + 2 * GUARD }>::new(random);
    let [found, expected] = staged.outputs(0, 72 * groups).map(|staged| vectors(staged).as_chunks_mut().0);
    own::stage_transposed(weights, channels, channel, ratios, found);
    portable::stage_transposed(weights, channels, channel, ratios, expected);
    staged.compare()
}
