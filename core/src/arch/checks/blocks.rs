//! F(2x4,3x3) in blocks: its multiplications, and its transforms where a back end does them whole.

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::block_products::{FREQUENCIES, Run, TILES};
use crate::arch::{block_products as own_products, block_transforms as own, portable};

/// The most pairs of channels: enough for a second round of every back end's unrolled steps.
const PAIRS: usize = 36;

pub(super) fn products(random: &mut Random) -> Outcome {
    let (mut v, mut u) = ([[[0; TILES]; FREQUENCIES]; PAIRS], [[[0; 2]; FREQUENCIES]; PAIRS]);
    let depth = if random.flag() { random.up_to(PAIRS) } else { random.up_to(4) };
    let start = random.below(PAIRS - depth + 1);
    let first = random.below(FREQUENCIES);
    let run = Run { first, count: random.up_to(FREQUENCIES - first), start, depth };
    random.fill_words(v.as_flattened_mut().as_flattened_mut());
    random.fill_words(u.as_flattened_mut().as_flattened_mut());
    let mut sums = Twins::<u32, { 2 * TILES * FREQUENCIES + 2 * GUARD }>::new(random);
    let [found, expected] = sums.outputs(0, 2 * TILES * FREQUENCIES).map(|sums| {
        let sums = sums.as_chunks_mut::<2>().0.as_chunks_mut::<TILES>().0.first_chunk_mut();
        sums.expect("two words a tile and frequency")
    });
    own_products::add_products(&run, &v, &u, found);
    portable::block_products::add_products(&run, &v, &u, expected);
    sums.compare()
}

/// The most groups of four channels.
const QUADS: usize = 4;
/// Bytes of a row of a patch: six pixels with channels of other parts, and the shift before it.
const ROW: usize = 6 * (4 * QUADS + 8) + 4;

/// Transformed words of one tile of `TILES`, or of one output of two.
type Transformed = Twins<u32, { 2 * QUADS * FREQUENCIES * TILES + 2 * GUARD }>;

pub(super) fn values(random: &mut Random) -> Outcome {
    if random.flag() { values_of::<6>(random) } else { values_of::<5>(random) }
}

fn values_of<const C: usize>(random: &mut Random) -> Outcome {
    let (quads, t, shift) = (random.up_to(QUADS), random.below(TILES), random.below(4));
    let stride = 4 * (quads + random.below(3));
    let mut memory = [[0; ROW]; 4];
    random.fill_u8(memory.as_flattened_mut());
    let rows = memory.each_ref().map(|row| &row[shift..shift + (C - 1) * stride + 4 * quads]);
    let mut v = Transformed::new(random);
    let [found, _] = v.outputs(0, 2 * quads * FREQUENCIES * TILES);
    if !own::transform_values::<C>(rows, stride, quads, t, found.as_chunks_mut().0.as_chunks_mut().0) {
        return Ok(());
    }
    let of_channel = |channel: usize, r: usize| {
        let d = |r: usize, c: usize| if c < C { i32::from(rows[r][c * stride + channel]) } else { 0 };
        let [d0, d1, d2, d3, d4, d5] = core::array::from_fn(|c| match r {
            0 => d(0, c) - d(2, c),
            1 => d(1, c) + d(2, c),
            2 => d(2, c) - d(1, c),
            _ => d(1, c) - d(3, c),
        });
        let (c, e, a, b) = (d4 - d2, d3 - d1, d4 - 4 * d2, d3 - 4 * d1);
        [c + 4 * (d0 - d2), a + b, a - b, c + 2 * e, c - 2 * e, d5 - d3 - 4 * e]
    };
    expect(&mut v, TILES, quads, t, 4, C, of_channel);
    v.compare()
}

pub(super) fn weights(random: &mut Random) -> Outcome {
    match random.below(4) {
        0 => weights_of::<3, 3>(random),
        1 => weights_of::<3, 2>(random),
        2 => weights_of::<2, 3>(random),
        _ => weights_of::<2, 2>(random),
    }
}

fn weights_of<const R: usize, const C: usize>(random: &mut Random) -> Outcome {
    let (quads, output, shift) = (random.up_to(QUADS), random.below(2), random.below(4));
    let stride = 4 * (quads + random.below(3));
    let mut memory = [[0; ROW]; 3];
    random.fill_i8(memory.as_flattened_mut());
    // Where there is no third row, the second one stands for it.
    let length = (C - 1) * stride + 4 * quads;
    let taps: [&[i8]; 3] = core::array::from_fn(|r| &memory[r.min(R - 1)][shift..shift + length]);
    let mut u = Transformed::new(random);
    let [found, _] = u.outputs(0, 2 * quads * FREQUENCIES * 2);
    let rows = taps.map(zerocopy::IntoBytes::as_bytes);
    if !own::transform_weights::<R, C>(rows, stride, quads, output, found.as_chunks_mut().0.as_chunks_mut().0) {
        return Ok(());
    }
    let of_channel = |channel: usize, r: usize| {
        let g = |r: usize, c: usize| if r < R && c < C { i32::from(taps[r][c * stride + channel]) } else { 0 };
        let [a, b, c] = core::array::from_fn(|c| match r {
            0 => 2 * g(0, c),
            1 => g(0, c) + g(1, c) + g(2, c),
            2 => g(0, c) - g(1, c) + g(2, c),
            _ => 2 * g(2, c),
        });
        [a, a + b + c, a - b + c, a + 4 * c + 2 * b, a + 4 * c - 2 * b, c]
    };
    expect(&mut u, 2, quads, output, R + 1, C + 3, of_channel);
    u.compare()
}

/// Where a frequency stands: those that all blocks have, then those of row 3, of column 5, of both.
const fn frequency(r: usize, c: usize) -> usize {
    match (r, c) {
        (3, 5) => 23,
        (3, c) => 15 + c,
        (r, 5) => 20 + r,
        (r, c) => 5 * r + c,
    }
}

/// Writes what is expected at `place` of `places` of every frequency; those that the block does not have may hold anything.
fn expect(
    words: &mut Transformed,
    places: usize,
    quads: usize,
    place: usize,
    rows: usize,
    columns: usize,
    of_channel: impl Fn(usize, usize) -> [i32; 6],
) {
    for pair in 0..2 * quads {
        let low = 4 * (pair / 2) + pair % 2;
        for r in 0..4 {
            let lanes = [of_channel(low, r), of_channel(low + 2, r)];
            for c in 0..6 {
                let [low, high] = lanes.map(|line| u32::from(line[c] as u16));
                let is_there = r < rows && c < columns;
                let at = (pair * FREQUENCIES + frequency(r, c)) * places + place;
                words.expect(at, |found| if is_there { low | high << 16 } else { found });
            }
        }
    }
}
