//! The two rows of output of a row of cells.

use core::ops::Range;

use zerocopy::{FromBytes, IntoBytes};

use super::super::DeconvolutionArrays;
use super::list::{HEADER, list_words};
use super::{BLOCK, TAPS, filter_parts, part_filters};
use crate::arch::gather::{BLOCK_HEAD, Cells, TAP_WORDS, block_seeds, gather_pixel, gather_sums, pack_block};
use crate::arch::lanes::requantize_u8;
use crate::model::DecoderLayer;

/// The header of a cell outside the map.
static EMPTY: [u32; HEADER] = [0; HEADER];

/// Words of scratch: the seeds and the packed weights of eight channels of a part of the filters and, with more than one part,
/// their sums.
pub const fn gather_scratch_words(layer: &DecoderLayer, parts: usize) -> usize {
    scratch_words(layer, parts, layer.input.width)
}

/// The same for `columns` columns of cells.
pub(super) const fn scratch_words(layer: &DecoderLayer, parts: usize, columns: usize) -> usize {
    let block = BLOCK_HEAD + part_filters(layer, parts) * TAPS * TAP_WORDS;
    block + if parts > 1 { 2 * sums_columns(columns) * BLOCK } else { 0 }
}

/// Columns of outputs of `columns` columns of cells and of the odd one that the pool may have dropped behind them.
const fn sums_columns(columns: usize) -> usize {
    2 * columns + 1
}

/// Lists of three rows of cells: above, at and below; empty outside the map.
#[derive(Clone, Copy)]
pub(super) struct Lists<'a> {
    /// All parts of a row, one behind the other.
    pub(super) rows: [&'a [u32]; 3],
    /// The first cell that is listed.
    pub(super) first: usize,
    /// Cells that are listed.
    pub(super) cells: usize,
    /// Parts of the filters.
    pub(super) parts: usize,
}

impl<'a> Lists<'a> {
    /// The same for one part of the filters.
    fn part(&self, layer: &DecoderLayer, part: usize) -> Self {
        let words = list_words(self.cells, part_filters(layer, self.parts));
        let rows = self.rows.map(|row| row.get(part * words..(part + 1) * words).unwrap_or(&[]));
        Self { rows, parts: 1, ..*self }
    }

    /// The rest of each row from the header of the cell in `column` on.
    #[inline(always)]
    fn column(&self, column: usize) -> [&'a [u32]; 3] {
        let index = column.wrapping_sub(self.first);
        self.rows.map(|row| {
            if index < self.cells {
                row.get(index * HEADER..).filter(|cell| !cell.is_empty()).unwrap_or(&EMPTY)
            } else {
                &EMPTY
            }
        })
    }
}

/// Both output rows of a row of cells, or the only one: the pool drops an odd last row, whose outputs still hear the cells
/// above them.
///
/// - `lists`: of the rows of cells above, at and below, each as [`super::write_cell_list`] wrote it for this layer, these
///   ratios and as many parts; empty outside the map. They are trusted: any other contents read past `scratch`.
/// - `parts`: those that [`super::gather_parts`] asks for, or more.
/// - `scratch`: [`gather_scratch_words`] words.
/// - `out`: `[width][channels]` each.
pub fn gather_rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    lists: [&[u32]; 3],
    parts: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    let cells = layer.input.width;
    rows(layer, arrays, Lists { rows: lists, first: 0, cells, parts }, 0..cells, scratch, out);
}

/// The outputs of some columns of cells; of those behind the last column as well.
pub(super) fn rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    lists: Lists<'_>,
    columns: Range<usize>,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    let words = BLOCK_HEAD + part_filters(layer, lists.parts) * TAPS * TAP_WORDS;
    let Some((block, sums)) = scratch.split_at_mut_checked(words) else { return };
    let channels = layer.output.channels;
    let end = if columns.end == layer.input.width { layer.output.width } else { 2 * columns.end };
    let places = 2 * columns.start * channels..end * channels;
    let mut out = out.iter_mut().map(|row| row.get_mut(places.clone()).unwrap_or_default());
    let (upper, lower) = (out.next().unwrap_or_default(), out.next().unwrap_or_default());
    for first in (0..channels).step_by(BLOCK) {
        if lists.parts <= 1 {
            start_block(arrays, channels, first, 0..layer.input.channels, block);
            if let Some(multiplier) = block.get_mut(BLOCK_HEAD - 1) {
                *multiplier = arrays.multiplier.get() as u32;
            }
            let (upper, lower) = (pixels(upper, channels, first), pixels(lower, channels, first));
            pixel_rows(&lists, columns.start, block, upper, lower);
            continue;
        }
        let length = end - 2 * columns.start;
        let Some(sums) = sums.get_mut(..2 * length * BLOCK) else { return };
        sums.fill(0);
        for (part, filters) in filter_parts(layer, lists.parts).enumerate() {
            start_block(arrays, channels, first, filters, block);
            let Ok(sums) = <[i32]>::mut_from_bytes(sums.as_mut_bytes()) else { return };
            let halves = sums.as_chunks_mut::<BLOCK>().0.split_at_mut_checked(length);
            let (upper_sums, lower_sums) = halves.unwrap_or_default();
            let lower_sums = if lower.is_empty() { &mut [] } else { lower_sums };
            pixel_rows(&lists.part(layer, part), columns.start, block, upper_sums.iter_mut(), lower_sums.iter_mut());
        }
        let pixels = pixels(upper, channels, first).chain(pixels(lower, channels, first));
        for (pixel, sums) in pixels.zip(sums.as_chunks::<BLOCK>().0) {
            for (value, &sum) in pixel.iter_mut().zip(sums) {
                *value = requantize_u8(sum as i32, arrays.multiplier.get());
            }
        }
    }
}

/// Seeds and packed weights of the eight channels from `first` on and of some filters, without a multiplier.
fn start_block(
    arrays: &DeconvolutionArrays<'_>,
    channels: usize,
    first: usize,
    filters: Range<usize>,
    block: &mut [u32],
) {
    let Some((head, packed)) = block.split_first_chunk_mut::<BLOCK_HEAD>() else { return };
    let bias = arrays.bias.get(first..).and_then(|bias| bias.first_chunk::<BLOCK>());
    let Some(bias) = bias else { return };
    // The bias belongs to the first part.
    let seeds = block_seeds(bias.map(|bias| if filters.start == 0 { bias.get() } else { 0 }));
    for (word, seed) in head.iter_mut().zip(seeds.into_iter().chain([0])) {
        *word = seed;
    }
    let packed = packed.get_mut(..filters.len() * TAPS * TAP_WORDS).unwrap_or_default();
    let start = filters.start * TAPS * channels + first;
    pack_block(arrays.weights.get(start..).unwrap_or(&[]), channels, packed);
}

/// What eight channels of an output pixel become.
trait Pixel {
    /// Gathers output `(PY, PX)` of a cell.
    fn gather<const PY: usize, const PX: usize>(&mut self, cells: Cells<'_>, block: &[u32]);
}

/// Values, from all filters at once.
impl Pixel for [u8; BLOCK] {
    #[inline(always)]
    fn gather<const PY: usize, const PX: usize>(&mut self, cells: Cells<'_>, block: &[u32]) {
        gather_pixel::<PY, PX>(cells, block, self);
    }
}

/// Sums, of one part of the filters after the other.
impl Pixel for [i32; BLOCK] {
    #[inline(always)]
    fn gather<const PY: usize, const PX: usize>(&mut self, cells: Cells<'_>, block: &[u32]) {
        gather_sums::<PY, PX>(cells, block, self);
    }
}

/// Eight channels of the pixels of the upper row and, where it exists, of the lower one, from cell `first` on.
fn pixel_rows<'a, P: Pixel + 'a>(
    lists: &Lists<'_>,
    first: usize,
    block: &[u32],
    mut upper: impl Iterator<Item = &'a mut P>,
    mut lower: impl Iterator<Item = &'a mut P>,
) {
    let mut before = lists.column(first.wrapping_sub(1));
    let mut here = lists.column(first);
    for column in first + 1.. {
        let after = lists.column(column);
        let [[al, a, ar], [ol, o, or], [bl, b, br]] = transpose([before, here, after]);
        let Some(out) = upper.next() else { break };
        out.gather::<0, 0>(Cells { own: o, horizontal: ol, vertical: a, diagonal: al }, block);
        if let Some(out) = lower.next() {
            out.gather::<1, 0>(Cells { own: o, horizontal: ol, vertical: b, diagonal: bl }, block);
        }
        let Some(out) = upper.next() else { break };
        out.gather::<0, 1>(Cells { own: o, horizontal: or, vertical: a, diagonal: ar }, block);
        if let Some(out) = lower.next() {
            out.gather::<1, 1>(Cells { own: o, horizontal: or, vertical: b, diagonal: br }, block);
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
