//! The multiplications of F(4x4,3x3).

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::blocks::places;
use crate::arch::{portable, products as own};

/// Kernels, and the most pairs of channels of each: enough for a second round of every back end's unrolled steps.
const KERNELS: [(usize, usize); 2] = [(3, 36), (5, 10)];
/// Places of the most pairs.
const PLACES: usize = 36 * 36;
const SUMS: usize = 2 * own::FREQUENCIES;

pub(super) fn case<const TILES: usize>(random: &mut Random) -> Outcome {
    let (kernel, pairs) = random.of(&KERNELS);
    // As many are few as are many.
    let pairs = if random.flag() { random.up_to(pairs) } else { random.up_to(4) };
    let places = pairs * places(kernel);
    let (mut v, mut u) = ([[0; TILES]; PLACES], [[0; 2]; PLACES]);
    random.fill_words(v[..places].as_flattened_mut());
    random.fill_words(u[..places].as_flattened_mut());
    let mut seeds = [[0; 2]; own::FREQUENCIES];
    random.fill_words(seeds.as_flattened_mut());
    let seeds = random.flag().then_some(&seeds);
    let (v, u) = (&v[..places], &u[..places]);
    let mut sums = Twins::<u32, { 4 * SUMS + 2 * GUARD }>::new(random);
    let [found, expected] = sums.outputs(0, TILES * SUMS).map(|sums| {
        let sums = sums.as_chunks_mut::<2>().0.as_chunks_mut::<TILES>().0.first_chunk_mut();
        sums.expect("two words a tile and frequency")
    });
    own::products(kernel, v, u, seeds, found);
    portable::products::products(kernel, v, u, seeds, expected);
    sums.compare()
}
