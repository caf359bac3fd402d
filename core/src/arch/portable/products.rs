//! The multiplications of a Winograd convolution: for each frequency, sums over pairs of channels.
#![allow(clippy::indexing_slicing, reason = "arrays of fixed sizes, checked once a frequency")]

use super::blocks::{PLACES, STRIDE, runs};
use super::lanes::multiply_add_each;
use super::patch::keep_apart;

/// Frequencies of F(4x4,3x3).
pub const FREQUENCIES: usize = 36;

/// Where frequency `(r, c)` stands in the sums: those that all blocks of a larger kernel have, then those of row 5, then the
/// others of column 5.
pub const fn frequency(r: usize, c: usize) -> usize {
    match (r, c) {
        (5, 5) => 30,
        (5, c) => 25 + c,
        (r, 5) => 31 + r,
        (r, c) => 5 * r + c,
    }
}

/// Frequencies side by side, at the same distances in every pair of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first frequency in the sums.
    pub first: usize,
    /// How many frequencies.
    pub count: usize,
    /// Where the first frequency stands in the transforms.
    pub start: usize,
    /// How much further it stands again, for the next block or pair of channels; at least `start + count`.
    pub stride: usize,
}

/// All products of a kernel of 3 or 5 taps a side. For every run, `i` below its `count`, frequency `f = first + i`, tile `t`
/// and output `o`, with `v` and `u` as long as each other:
///
/// ```text
/// sums[f][t][o] = seeds[f][o] + sum over k of low(v[p][t]) * low(u[p][o]) + high(..) * high(..)     (mod 2^32)
///                                                            p = start + i + k * stride
/// ```
/// - `v`: transformed input, two channels a word, for each tile; `u`: transformed weights of two outputs. Both have the places
///   of [`BLOCKS`](super::blocks::BLOCKS) for each pair of channels.
/// - `seeds`: what the sums start from; where there are none, from what they are.
pub fn products<const TILES: usize>(
    kernel: usize,
    v: &[[u32; TILES]],
    u: &[[u32; 2]],
    seeds: Option<&[[u32; 2]; FREQUENCIES]>,
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    for run in runs(kernel) {
        match run.stride {
            PLACES => of_run::<TILES, PLACES>(run, v, u, seeds, sums),
            STRIDE => of_run::<TILES, STRIDE>(run, v, u, seeds, sums),
            _ => of_run::<TILES, { 2 * STRIDE }>(run, v, u, seeds, sums),
        }
    }
}

#[inline(never)]
fn of_run<const TILES: usize, const STRIDE: usize>(
    run: &Run,
    v: &[[u32; TILES]],
    u: &[[u32; 2]],
    seeds: Option<&[[u32; 2]; FREQUENCIES]>,
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    let (v, u) = (v.as_chunks::<STRIDE>().0, u.as_chunks::<STRIDE>().0);
    // Two pairs of channels at a time; one is left where the pairs of a part are odd.
    let ((v, last_v), (u, last_u)) = (v.as_chunks::<2>(), u.as_chunks::<2>());
    for (f, sums) in sums.iter_mut().enumerate().skip(run.first).take(run.count) {
        let place = run.start + f - run.first;
        if place >= STRIDE {
            return;
        }
        if let Some(&seeds) = seeds.and_then(|seeds| seeds.get(f)) {
            *sums = [seeds; TILES];
        }
        for output in 0..2 {
            let mut of_output = sums.map(|sums| sums[output] as i32);
            for (v, u) in v.iter().zip(u) {
                keep_apart();
                let v = v.each_ref().map(|v| v[place].each_ref());
                of_output = multiply_add_each(of_output, v, u.each_ref().map(|u| &u[place][output]));
            }
            if let ([v], [u]) = (last_v, last_u) {
                of_output = multiply_add_each(of_output, [v[place].each_ref()], [&u[place][output]]);
            }
            for (sums, sum) in sums.iter_mut().zip(of_output) {
                sums[output] = sum as u32;
            }
        }
    }
}
