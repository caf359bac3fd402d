//! The two rows of output of a row of cells.

use super::super::DeconvolutionArrays;
use super::list::HEADER;
use super::{BLOCK, TAPS};
use crate::arch::gather::{BLOCK_HEAD, Cells, LOW_LANE_BIAS, TAP_WORDS, gather_pixel, pack_block};
use crate::model::DecoderLayer;

/// The header of a cell outside the map.
static EMPTY: [u32; HEADER] = [0; HEADER];

/// Words of scratch: the seeds and the packed weights of eight channels.
pub const fn gather_scratch_words(layer: &DecoderLayer) -> usize {
    BLOCK_HEAD + layer.input.channels * TAPS * TAP_WORDS
}

/// Both output rows of a row of cells, or the only one: the pool drops an odd last row, whose outputs still hear the cells
/// above them.
///
/// - `lists`: of the rows of cells above, at and below, each as [`super::write_cell_list`] wrote it for this layer and these
///   ratios; empty outside the map. They are trusted: any other contents read past `scratch`.
/// - `scratch`: [`gather_scratch_words`] words.
/// - `out`: `[width][channels]` each.
pub fn gather_rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    lists: [&[u32]; 3],
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    let Some(block) = scratch.get_mut(..gather_scratch_words(layer)) else { return };
    for first in (0..layer.output.channels).step_by(BLOCK) {
        start_block(arrays, layer.output.channels, first, block);
        match out {
            [upper, lower, ..] => block_rows::<true>(layer, lists, block, first, [upper, lower]),
            [upper] => block_rows::<false>(layer, lists, block, first, [upper, &mut []]),
            [] => {}
        }
    }
}

/// Seeds, multiplier and packed weights of the eight channels from `first` on.
fn start_block(arrays: &DeconvolutionArrays<'_>, channels: usize, first: usize, block: &mut [u32]) {
    let Some((head, packed)) = block.split_first_chunk_mut::<BLOCK_HEAD>() else { return };
    let bias = arrays.bias.get(first..).and_then(|bias| bias.first_chunk::<BLOCK>());
    let Some(bias) = bias else { return };
    let [a, b, c, d, e, f, g, h] = bias.map(|bias| i64::from(bias.get()));
    let pairs = [(a, d), (b, c), (e, h), (f, g)];
    for (words, (low, high)) in head.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
        let seed = low + LOW_LANE_BIAS + (high << 24);
        *words = [seed as u32, (seed >> 32) as u32];
    }
    if let Some(multiplier) = head.last_mut() {
        *multiplier = arrays.multiplier.get() as u32;
    }
    pack_block(arrays.weights.get(first..).unwrap_or(&[]), channels, packed);
}

/// The part of a row's list that starts with the header of the cell in `column`.
#[inline(always)]
fn cell(list: &[u32], column: usize, width: usize) -> &[u32] {
    if column < width { list.get(column * HEADER..).filter(|cell| !cell.is_empty()).unwrap_or(&EMPTY) } else { &EMPTY }
}

/// Eight channels of the output rows.
fn block_rows<const LOWER: bool>(
    layer: &DecoderLayer,
    lists: [&[u32]; 3],
    block: &[u32],
    first: usize,
    [upper, lower]: [&mut [u8]; 2],
) {
    let (channels, width) = (layer.output.channels, layer.input.width);
    let mut before = [&EMPTY[..]; 3];
    let mut here = lists.map(|list| cell(list, 0, width));
    let mut upper = pixels(upper, channels, first);
    let mut lower = pixels(lower, channels, first);
    for column in 1.. {
        let after = lists.map(|list| cell(list, column, width));
        let [[al, a, ar], [ol, o, or], [bl, b, br]] = transpose([before, here, after]);
        let Some(out) = upper.next() else { break };
        gather_pixel::<0, 0>(Cells { own: o, horizontal: ol, vertical: a, diagonal: al }, block, out);
        if LOWER && let Some(out) = lower.next() {
            gather_pixel::<1, 0>(Cells { own: o, horizontal: ol, vertical: b, diagonal: bl }, block, out);
        }
        let Some(out) = upper.next() else { break };
        gather_pixel::<0, 1>(Cells { own: o, horizontal: or, vertical: a, diagonal: ar }, block, out);
        if LOWER && let Some(out) = lower.next() {
            gather_pixel::<1, 1>(Cells { own: o, horizontal: or, vertical: b, diagonal: br }, block, out);
        }
        (before, here) = (here, after);
    }
}

/// The eight channels from `first` on of each pixel of a row.
fn pixels(row: &mut [u8], channels: usize, first: usize) -> impl Iterator<Item = &mut [u8; BLOCK]> {
    let rest = row.get_mut(first..).unwrap_or_default();
    rest.chunks_mut(channels.max(1)).filter_map(|pixel| pixel.first_chunk_mut())
}

/// From columns of cells to rows of cells.
#[inline(always)]
fn transpose<T: Copy>([[a, b, c], [d, e, f], [g, h, i]]: [[T; 3]; 3]) -> [[T; 3]; 3] {
    [[a, d, g], [b, e, h], [c, f, i]]
}
