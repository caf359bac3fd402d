//! The multiplications of F(2x4,3x3), added to sums of earlier channels.
#![allow(clippy::indexing_slicing, reason = "arrays of fixed sizes, frequencies counted by one of them")]

use super::lanes::multiply_add_each;
use super::patch::keep_apart;

/// Frequencies of F(2x4,3x3).
pub const FREQUENCIES: usize = 24;
/// Tiles of a group.
pub const TILES: usize = 4;

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

/// For every frequency `f` of `run`, tile `t` and output `o`:
///
/// ```text
/// sums[f][t][o] += sum over k of low(v[k][f][t]) * low(u[k][f][o]) + high(..) * high(..)     (mod 2^32)
/// ```
/// - `v`: transformed input, `[pair][frequency][tile]`, two channels a word.
/// - `u`: transformed weights of two outputs, `[pair][frequency][output]`.
pub fn add_products(
    run: &Run,
    v: &[[[u32; TILES]; FREQUENCIES]],
    u: &[[[u32; 2]; FREQUENCIES]],
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    let pairs = run.start..run.start + run.depth;
    let (v, u) = (v.get(pairs.clone()).unwrap_or(&[]), u.get(pairs).unwrap_or(&[]));
    for (f, sums) in sums.iter_mut().enumerate().skip(run.first).take(run.count) {
        // One check for all of it.
        if f >= FREQUENCIES {
            return;
        }
        for output in 0..2 {
            let mut of_output = sums.map(|sums| sums[output] as i32);
            for (v, u) in v.iter().zip(u) {
                keep_apart();
                of_output = multiply_add_each(of_output, [v[f].each_ref()], [&u[f][output]]);
            }
            for (sums, sum) in sums.iter_mut().zip(of_output) {
                sums[output] = sum as u32;
            }
        }
    }
}
