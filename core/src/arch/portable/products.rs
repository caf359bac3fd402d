//! The multiplications of a Winograd convolution: for each frequency, sums over pairs of channels.
#![allow(clippy::indexing_slicing, reason = "arrays of fixed sizes in loops of fixed lengths: no check is left")]

use super::lanes::{LONG, multiply_add_each};
use super::patch::keep_apart;

/// Frequencies of F(4x4,3x3).
pub const FREQUENCIES: usize = 36;

/// What one call multiplies: a run of frequencies with the same pairs of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first frequency.
    pub first: usize,
    /// How many frequencies.
    pub count: usize,
    /// The first pair of channels.
    pub start: usize,
    /// How many pairs of channels, at least 1.
    pub depth: usize,
}

/// Pairs of channels that a step takes.
const PAIRS: usize = if LONG { 2 } else { 1 };

/// For every frequency `f` of `run`, tile `t` and output `o`:
///
/// ```text
/// sums[f][t][o] = seeds[f][o] + sum over k of low(v[k][f][t]) * low(u[k][f][o]) + high(..) * high(..)     (mod 2^32)
/// ```
/// - `v`: transformed input, `[pair][frequency][tile]`, two channels a word.
/// - `u`: transformed weights of two outputs, `[pair][frequency][output]`.
#[inline(never)]
pub fn products<const TILES: usize>(
    run: &Run,
    v: &[[[u32; TILES]; FREQUENCIES]],
    u: &[[[u32; 2]; FREQUENCIES]],
    seeds: &[[u32; 2]; FREQUENCIES],
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    let pairs = run.start..run.start + run.depth;
    let (Some(v), Some(u)) = (v.get(pairs.clone()), u.get(pairs)) else { return };
    // Channels come in fours.
    let (v, u) = (v.as_chunks::<PAIRS>().0, u.as_chunks::<PAIRS>().0);
    let frequencies = run.first..run.first + run.count;
    let (Some(sums), Some(seeds)) = (sums.get_mut(frequencies.clone()), seeds.get(frequencies)) else { return };
    for (f, (sums, seeds)) in (run.first..FREQUENCIES).zip(sums.iter_mut().zip(seeds)) {
        for o in 0..2 {
            let mut of_output = [seeds[o] as i32; TILES];
            for (v, u) in v.iter().zip(u) {
                keep_apart();
                let (v, u) = (v.each_ref().map(|v| v[f].each_ref()), u.each_ref().map(|u| &u[f][o]));
                of_output = multiply_add_each(of_output, v, u);
            }
            for (sums, sum) in sums.iter_mut().zip(of_output) {
                sums[o] = sum as u32;
            }
        }
    }
}
