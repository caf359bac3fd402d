//! The transforms of F(4x4,3x3): of patches and of filters.

use super::Outcome;
use super::random::Random;
use super::twins::{GUARD, Twins};
use crate::arch::blocks::places;
use crate::arch::portable::patch_transform::MAX_ROWS;
use crate::arch::{filter_transform as own_filter, patch_transform as own_patch, portable};

/// Kernels, and the most groups of four channels of each.
const KERNELS: [(usize, usize); 2] = [(3, 4), (5, 2)];
/// Words of the places of that many groups, for each tile or output.
const PLACES: usize = 2 * 124;
/// Bytes of a row of a patch, the shift before it included.
const ROW: usize = 8 * 16 + 4;

pub(super) fn patch<const TILES: usize>(random: &mut Random) -> Outcome {
    let (kernel, groups) = random.of(&KERNELS);
    let groups = random.up_to(groups);
    let (channels, tile) = (4 * groups, random.below(TILES));
    let mut memory = [[0; ROW]; MAX_ROWS];
    random.fill_u8(memory.as_flattened_mut());
    // Rows start wherever a tile does.
    let shift = random.below(4);
    let rows = memory.each_ref().map(|row| &row[shift..shift + (kernel + 3) * channels]);
    let words = TILES * groups * places(kernel);
    let mut v = [Even::new(random), Even::new(random)];
    let [even, odd] = v.each_mut().map(|v| v.outputs(0, words));
    let [[own_even, even], [own_odd, odd]] = [even, odd].map(|twins| twins.map(|v| v.as_chunks_mut::<TILES>().0));
    own_patch::patch_transform(kernel, &rows, channels, tile, [own_even, own_odd]);
    portable::patch_transform::patch_transform(kernel, &rows, channels, tile, [even, odd]);
    v.iter().try_for_each(Even::compare)
}

/// The words of the even or odd pairs of channels of all tiles.
type Even = Twins<u32, { 4 * PLACES + 2 * GUARD }>;

pub(super) fn filter(random: &mut Random) -> Outcome {
    let (kernel, groups) = random.of(&KERNELS);
    let groups = random.up_to(groups);
    let channels = 4 * groups;
    let mut weights = [0; 4 + 25 * 8];
    random.fill_i8(&mut weights);
    let shift = random.below(4);
    let taps = &zerocopy::IntoBytes::as_bytes(&weights)[shift..shift + kernel * kernel * channels];
    let (odd, output) = (random.flag(), random.below(2));
    let mut u = Twins::<u32, { 2 * PLACES + 2 * GUARD }>::new(random);
    let [own, expected] = u.outputs(0, 2 * groups * places(kernel)).map(|u| u.as_chunks_mut().0);
    own_filter::filter_transform(kernel, taps, channels, odd, output, own);
    portable::filter_transform::filter_transform(kernel, taps, channels, odd, output, expected);
    u.compare()
}
