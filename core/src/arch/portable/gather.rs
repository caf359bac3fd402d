//! The innermost loop of the sparse deconvolution: one output pixel, eight channels, the lists of up to four cells.
//!
//! A *cell list* starts with five words: the starts of the entries with switch 0, 1, 3 and 2, in this order, and their
//! end, in bytes from the first of these words. An entry is two words: a byte offset into the packed weights and `m * q`.
//! The order of the switches is cyclic, each differs from the next in one coordinate: whatever a pixel takes from a cell is
//! one range, or two across the seam.

/// Words before the packed weights of a block of eight channels: a seed of 64 bits for each pair, the multiplier or zero.
pub const BLOCK_HEAD: usize = 9;
/// Added to the low lane by the seed, so that its 24 bits end non-negative and the high lane needs no borrow.
pub const LOW_LANE_BIAS: i64 = 1 << 23;
/// Words of packed weights of one tap: four pairs of channels, low and high lane (0,3), (1,2), (4,7), (5,6).
pub const TAP_WORDS: usize = 4;
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
    for (value, acc) in out.iter_mut().zip(accumulators::<PY, PX>(cells, block)) {
        *value = super::lanes::requantize_u8(acc, multiplier);
    }
}

/// A part of the filters of one output pixel: seeds and all entries that reach it, added to earlier parts.
///
/// - `block`: as for [`gather_pixel`], but its multiplier is zero.
pub fn gather_sums<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: &mut [i32; 8]) {
    for (sum, acc) in out.iter_mut().zip(accumulators::<PY, PX>(cells, block)) {
        *sum = sum.wrapping_add(acc);
    }
}

/// The seeds and all entries that reach an output pixel.
fn accumulators<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32]) -> [i32; 8] {
    let (head, weights) = block.split_at_checked(BLOCK_HEAD).unwrap_or((&[], &[]));
    let word = |index: usize| head.get(index).copied().unwrap_or(0);
    let mut sums = [0u64; 4];
    for (pair, sum) in sums.iter_mut().enumerate() {
        *sum = u64::from(word(2 * pair)) | u64::from(word(2 * pair + 1)) << 32;
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
    // Tap of an entry with switch 0: 1 + the pixel's coordinate less the cell's, which is at -2 or +2.
    let (own_y, own_x) = (PY as isize + 1, PX as isize + 1);
    let (far_y, far_x) = (3 - PY as isize * 3, 3 - PX as isize * 3);
    add(cells.own, (0, 4), (own_y, own_x), weights, &mut sums);
    for &range in left_or_right {
        add(cells.horizontal, range, (own_y, far_x), weights, &mut sums);
    }
    add(cells.vertical, above_or_below, (far_y, own_x), weights, &mut sums);
    add(cells.diagonal, corner, (far_y, far_x), weights, &mut sums);

    let lanes = |sum: u64| ((sum & 0xff_ffff) as i32 - LOW_LANE_BIAS as i32, (sum >> 24) as i32);
    let [(a, d), (b, c), (e, h), (f, g)] = sums.map(lanes);
    [a, b, c, d, e, f, g, h]
}

/// Adds the entries between two words of a cell's header; the tap is that of switch 0.
fn add(list: &[u32], (start, end): (usize, usize), (ky, kx): (isize, isize), weights: &[u32], sums: &mut [u64; 4]) {
    let bound = |index: usize| list.get(index).map_or(0, |&offset| offset as usize / 4);
    let entries = list.get(bound(start)..bound(end)).unwrap_or(&[]);
    for &[offset, value] in entries.as_chunks::<2>().0 {
        let first = (offset as isize - OFFSET_BIAS as isize) / 4 + (3 * ky + kx) * TAP_WORDS as isize;
        let first = usize::try_from(first).unwrap_or(usize::MAX - TAP_WORDS);
        let words = weights.get(first..first + TAP_WORDS).unwrap_or(&[]);
        for (sum, &pair) in sums.iter_mut().zip(words) {
            *sum = sum.wrapping_add(i64::from(pair as i32).wrapping_mul(i64::from(value)) as u64);
        }
    }
}

/// Packs the weights of eight channels, two in a word: `low + (high << 24)`, at most 127 in magnitude each.
///
/// - `weights`: from the block's first channel on, `channels` to a tap.
/// - `packed`: `[tap][TAP_WORDS]`.
pub fn pack_block(weights: &[i8], channels: usize, packed: &mut [u32]) {
    let taps = weights.chunks(channels.max(1)).filter_map(|tap| tap.first_chunk::<8>());
    for (&[a, b, c, d, e, f, g, h], words) in taps.zip(packed.as_chunks_mut::<TAP_WORDS>().0) {
        *words = [(a, d), (b, c), (e, h), (f, g)].map(|(low, high)| {
            let (low, high) = (i32::from(low), i32::from(high));
            high.wrapping_shl(24).wrapping_add(low) as u32
        });
    }
}
