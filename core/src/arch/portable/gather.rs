//! The innermost loop of the sparse deconvolution: one output pixel, eight channels, the lists of up to four cells.
//!
//! A *cell list* starts with five words: the starts of the entries with switch 0, 1, 3 and 2, in this order, and their
//! end, in bytes from the first of these words. An entry is two words: a byte offset into the packed weights and `m * q`.
//! The order of the switches is cyclic, each differs from the next in one coordinate: whatever a pixel takes from a cell is
//! one range, or two across the seam.

use super::lanes::{LONG, high, low, pack, requantize_u8};
use super::patch::keep_apart;

/// Words before the packed weights of a block of eight channels: its seeds, the multiplier or zero.
pub const BLOCK_HEAD: usize = 9;
/// Words of seeds; here 64 bits for each pair.
pub const SEED_WORDS: usize = BLOCK_HEAD - 1;
/// Added to the low lane by the seed, so that its 24 bits end non-negative and the high lane needs no borrow.
const LOW_LANE_BIAS: i64 = 1 << 23;
/// Words of packed weights of one tap: four pairs of channels, low and high lane (0,3), (1,2), (4,7), (5,6).
pub const TAP_WORDS: usize = 4;
/// Two sums a pair: `low + (high << 24)` where [`LONG`], else a word each; their weights are 24 or 16 bits apart.
type Sums = [u64; 4];
/// Packed weights of one tap.
type Tap = [u32; TAP_WORDS];
const TAP_BYTES: isize = 4 * TAP_WORDS as isize;
/// In every entry's offset beside `144 * filter - 16 * (3 * dy + dx)`, so that it is never negative.
pub const OFFSET_BIAS: usize = 64;

/// The cells that output pixel `(PY, PX)` of a cell hears: parts of the cell's list, from its header to the row's end, or
/// the header of an empty list.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// The pixel's own cell.
    pub own: &'a [u32],
    /// To the left of an even column, to the right of an odd one.
    pub horizontal: &'a [u32],
    /// Above an even row, below an odd one.
    pub vertical: &'a [u32],
    /// The neighbour of both.
    pub diagonal: &'a [u32],
}

/// One output pixel, eight channels: seeds, all entries that reach it, rule 4 and ReLU.
///
/// - `block`: [`BLOCK_HEAD`] words, then the packed weights `[filter][ky][kx][TAP_WORDS]` that every entry points into. The
///   multiplier is not zero.
pub fn gather_pixel<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: &mut [u8; 8]) {
    let multiplier = block.get(BLOCK_HEAD - 1).map_or(0, |&multiplier| multiplier as i32);
    for (value, acc) in out.iter_mut().zip(accumulators::<PY, PX, LONG>(cells, block)) {
        *value = requantize_u8(acc, multiplier);
    }
}

/// A part of the filters of one output pixel: seeds and all entries that reach it, added to earlier parts.
///
/// - `block`: as for [`gather_pixel`], but its multiplier is zero.
pub fn gather_sums<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: &mut [i32; 8]) {
    for (sum, acc) in out.iter_mut().zip(accumulators::<PY, PX, LONG>(cells, block)) {
        *sum = sum.wrapping_add(acc);
    }
}

/// The seeds and all entries that reach an output pixel.
fn accumulators<const PY: usize, const PX: usize, const LONG: bool>(cells: Cells<'_>, block: &[u32]) -> [i32; 8] {
    let Some((head, weights)) = block.split_first_chunk::<BLOCK_HEAD>() else { return [0; 8] };
    let (weights, _) = weights.as_chunks();
    let [seeds @ .., _] = *head;
    let mut sums: Sums = [0; 4];
    for (sum, &seed) in sums.iter_mut().zip(seeds.as_chunks::<2>().0) {
        *sum = if LONG { join(seed) } else { join(lanes(join(seed)).map(|acc| acc as u32)) };
    }
    // Words of the header between which the ranges lie; switches s = 2*dy + dx in the order 0, 1, 3, 2.
    let left_or_right: &[(usize, usize)] = if PX == 0 { &[(1, 3)] } else { &[(0, 1), (3, 4)] };
    let above_or_below = if PY == 0 { (2, 4) } else { (0, 2) };
    let corner = match (PY, PX) {
        (0, 0) => (2, 3),
        (0, _) => (3, 4),
        (_, 0) => (1, 2),
        _ => (0, 1),
    };
    let add = match (PY, PX) {
        (0, 0) => [add::<4, LONG>, add::<6, LONG>, add::<10, LONG>, add::<12, LONG>],
        (0, _) => [add::<5, LONG>, add::<3, LONG>, add::<11, LONG>, add::<9, LONG>],
        (_, 0) => [add::<7, LONG>, add::<9, LONG>, add::<1, LONG>, add::<3, LONG>],
        _ => [add::<8, LONG>, add::<6, LONG>, add::<2, LONG>, add::<0, LONG>],
    };
    let [own, horizontal, vertical, diagonal] = add;
    own(cells.own, (0, 4), weights, &mut sums);
    for &range in left_or_right {
        horizontal(cells.horizontal, range, weights, &mut sums);
    }
    vertical(cells.vertical, above_or_below, weights, &mut sums);
    diagonal(cells.diagonal, corner, weights, &mut sums);

    let [[a, d], [b, c], [e, h], [f, g]] =
        sums.map(|sum| if LONG { lanes(sum) } else { split(sum).map(|acc| acc as i32) });
    [a, b, c, d, e, f, g, h]
}

/// Both lanes of a sum.
#[inline(always)]
fn lanes(sum: u64) -> [i32; 2] {
    [(sum & 0xff_ffff) as i32 - LOW_LANE_BIAS as i32, (sum >> 24) as i32]
}

#[inline(always)]
fn join([lower, upper]: [u32; 2]) -> u64 {
    u64::from(lower) | u64::from(upper) << 32
}

#[inline(always)]
fn split(sum: u64) -> [u32; 2] {
    [sum as u32, (sum >> 32) as u32]
}

/// Adds the entries between two words of a cell's header; the tap is that of switch 0.
#[inline(never)]
fn add<const TAP: isize, const LONG: bool>(
    list: &[u32],
    (start, end): (usize, usize),
    weights: &[Tap],
    sums: &mut Sums,
) {
    let bound = |index: usize| list.get(index).map_or(0, |&offset| offset as usize / 4);
    let entries = list.get(bound(start)..bound(end)).unwrap_or(&[]);
    let bias = (TAP * TAP_BYTES - OFFSET_BIAS as isize) as u32;
    // In registers: `sums` itself would have to be up to date wherever things are kept apart.
    let mut own = *sums;
    // Four at a time: the end of a loop is dear beside one.
    let (fours, rest) = entries.as_chunks::<2>().0.as_chunks::<4>();
    'all: {
        for four in fours {
            for &entry in four {
                let Some(()) = add_entry::<LONG>(entry, bias, weights, &mut own) else { break 'all };
            }
        }
        for &entry in rest {
            let Some(()) = add_entry::<LONG>(entry, bias, weights, &mut own) else { break 'all };
        }
    }
    *sums = own;
}

/// Adds one entry to four pairs of channels; none where it points outside the weights.
#[inline(always)]
fn add_entry<const LONG: bool>([offset, value]: [u32; 2], bias: u32, weights: &[Tap], sums: &mut Sums) -> Option<()> {
    keep_apart();
    let words = weights.get((offset.wrapping_add(bias) / TAP_BYTES as u32) as usize)?;
    let value = value as i32;
    for (sum, &pair) in sums.iter_mut().zip(words) {
        keep_apart();
        *sum = if LONG {
            sum.wrapping_add(i64::from(pair as i32).wrapping_mul(i64::from(value)) as u64)
        } else {
            let [a, b] = split(*sum);
            join([
                a.wrapping_add(low(pair).wrapping_mul(value) as u32),
                b.wrapping_add(high(pair).wrapping_mul(value) as u32),
            ])
        };
    }
    Some(())
}

/// What the sums of eight channels start from. As the packed weights, each back end has its own.
pub fn block_seeds([a, b, c, d, e, f, g, h]: [i32; 8]) -> [u32; SEED_WORDS] {
    let mut seeds = [0; SEED_WORDS];
    for (words, (low, high)) in seeds.as_chunks_mut::<2>().0.iter_mut().zip([(a, d), (b, c), (e, h), (f, g)]) {
        *words = split((i64::from(low) + LOW_LANE_BIAS + (i64::from(high) << 24)) as u64);
    }
    seeds
}

/// Packs the weights of eight channels, two in a word, at most 127 in magnitude each.
///
/// - `weights`: from the block's first channel on, `channels` to a tap.
/// - `packed`: `[tap][TAP_WORDS]`.
pub fn pack_block(weights: &[i8], channels: usize, packed: &mut [u32]) {
    pack_pairs::<LONG>(weights, channels, packed);
}

fn pack_pairs<const LONG: bool>(weights: &[i8], channels: usize, packed: &mut [u32]) {
    let taps = weights.chunks(channels.max(1)).filter_map(|tap| tap.first_chunk::<8>());
    for (&[a, b, c, d, e, f, g, h], words) in taps.zip(packed.as_chunks_mut::<TAP_WORDS>().0) {
        *words = [(a, d), (b, c), (e, h), (f, g)].map(|(low, high)| {
            let (low, high) = (low as u32, high as u32);
            if LONG { (high << 24).wrapping_add(low) } else { pack(low, high) }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, cases};

    const FILTERS: usize = 3;

    #[test]
    fn words_and_long_words_sum_the_same() {
        let mut random = Random::new(1);
        for _ in 0..cases(50) {
            let weights: [i8; 72 * FILTERS] =
                core::array::from_fn(|_| random.below(255) as u8 as i8).map(|w| w.max(-127));
            let mut blocks = [[0; BLOCK_HEAD + 36 * FILTERS]; 2];
            // Low lanes near the middle of their 24 bits.
            let head: [u32; BLOCK_HEAD] =
                core::array::from_fn(|i| (1 << 23) * (1 - i as u32 % 2) + random.below(1 << 12) as u32);
            let [long, words] = &mut blocks;
            long[..BLOCK_HEAD].copy_from_slice(&head);
            words[..BLOCK_HEAD].copy_from_slice(&head);
            pack_pairs::<true>(&weights, 8, &mut long[BLOCK_HEAD..]);
            pack_pairs::<false>(&weights, 8, &mut words[BLOCK_HEAD..]);
            // One entry a switch and cell, switches in the order of the list.
            let [own, horizontal, vertical, diagonal] = [(); 4].map(|()| {
                let mut list = [0; 5 + 8];
                list[..5].copy_from_slice(&[20, 28, 36, 44, 52]);
                for (entry, switch_offset) in list[5..].as_chunks_mut::<2>().0.iter_mut().zip([0, 16, 64, 48]) {
                    *entry = [144 * random.below(FILTERS) as u32 + 64 - switch_offset, random.below(256) as u32];
                }
                list
            });
            let cells = Cells { own: &own, horizontal: &horizontal, vertical: &vertical, diagonal: &diagonal };
            let mut out = [[0; 8]; 8];
            let [a, b, c, d, e, f, g, h] = &mut out;
            *a = accumulators::<0, 0, true>(cells, &blocks[0]);
            *b = accumulators::<0, 0, false>(cells, &blocks[1]);
            *c = accumulators::<0, 1, true>(cells, &blocks[0]);
            *d = accumulators::<0, 1, false>(cells, &blocks[1]);
            *e = accumulators::<1, 0, true>(cells, &blocks[0]);
            *f = accumulators::<1, 0, false>(cells, &blocks[1]);
            *g = accumulators::<1, 1, true>(cells, &blocks[0]);
            *h = accumulators::<1, 1, false>(cells, &blocks[1]);
            for pair in out.as_chunks::<2>().0 {
                assert_eq!(pair[0], pair[1]);
            }
        }
    }
}
