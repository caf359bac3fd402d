//! Lists of the non-zeros of a row of cells, as [`crate::arch::portable::gather`] reads them.
//!
//! First a header of five words for each cell, then the entries of all cells in the same order.

use core::ops::Range;

use super::super::CellRow;
use super::{TAPS, filter_parts, part_filters};
use crate::arch::gather::{OFFSET_BIAS, TAP_WORDS};
use crate::model::DecoderLayer;

/// Words before the entries, one header a cell.
pub(super) const HEADER: usize = 5;
/// Bytes of the packed weights of one filter.
const FILTER_BYTES: u32 = (TAPS * TAP_WORDS * 4) as u32;
/// What a switch `2*dy + dx` takes from the offset: an entry further down or right meets an earlier tap.
const SWITCH_OFFSET: [u32; 4] = [0, 16, 48, 64];
/// Groups of four values whose counts fit bytes.
const COUNTED: usize = 63;

/// Words of the list of a row of `cells` cells for `filters` filters without a single zero.
pub(super) const fn list_words(cells: usize, filters: usize) -> usize {
    cells * (HEADER + 2 * filters)
}

/// Words of the lists of one row of cells, one list a part of the filters, without a single zero.
pub const fn cell_list_words(layer: &DecoderLayer, parts: usize) -> usize {
    parts * list_words(layer.input.width, part_filters(layer, parts))
}

/// Lists the non-zeros of one row of the pooled map, one list a part of the filters.
///
/// - `ratios`: m, one a filter.
/// - `lists`: [`cell_list_words`] words; what a row with zeros leaves over keeps its old contents.
pub fn write_cell_list(layer: &DecoderLayer, ratios: &[u8], cells: &CellRow<'_>, parts: usize, lists: &mut [u32]) {
    let words = list_words(layer.input.width, part_filters(layer, parts));
    for (filters, list) in filter_parts(layer, parts).zip(lists.chunks_exact_mut(words.max(1))) {
        write_part(layer, ratios, cells, 0..layer.input.width, filters, list);
    }
}

/// Lists the non-zeros of some filters of some cells of a row.
pub(super) fn write_part(
    layer: &DecoderLayer,
    ratios: &[u8],
    cells: &CellRow<'_>,
    columns: Range<usize>,
    filters: Range<usize>,
    list: &mut [u32],
) {
    let (width, all) = (columns.len(), layer.input.channels.max(4));
    let (headers, entries) = list.split_at_mut_checked(width * HEADER).unwrap_or_default();
    let (entries, _) = entries.as_chunks_mut::<2>();
    let (ratios, _) = ratios.get(filters.clone()).unwrap_or(&[]).as_chunks::<4>();
    let mut next = 0;
    let mut header_words = width * HEADER;
    let cells =
        cells.values.chunks_exact(all.max(1)).zip(cells.switches.chunks_exact((all / 4).max(1))).skip(columns.start);
    for ((values, switches), header) in cells.zip(headers.as_chunks_mut::<HEADER>().0) {
        let (values, _) = values.get(filters.clone()).unwrap_or(&[]).as_chunks::<4>();
        let switches = switches.get(filters.start / 4..filters.end / 4).unwrap_or(&[]);
        let [n00, n01, n10, n11] = count(values, switches);
        let mut places = [next, next + n00, next + n00 + n01 + n11, next + n00 + n01];
        let end = next + n00 + n01 + n10 + n11;
        let [p00, p01, p10, p11] = places;
        *header = [p00, p01, p11, p10, end].map(|entry| ((header_words + 2 * entry) * 4) as u32);
        place(values, switches, ratios, &mut places, entries);
        next = end;
        header_words -= HEADER;
    }
}

/// How many of a cell's values are not zero, by switch.
fn count(values: &[[u8; 4]], switches: &[u8]) -> [usize; 4] {
    let mut counts = [0; 4];
    for (values, switches) in values.chunks(COUNTED).zip(switches.chunks(COUNTED)) {
        let mut bytes = 0u32;
        for (values, &switches) in values.iter().zip(switches) {
            let word = u32::from_le_bytes(*values);
            let shifts = u32::from(switches) << 3;
            for value in 0..4 {
                if word & (0xff << (8 * value)) != 0 {
                    bytes += 1 << ((shifts >> (2 * value)) & 0x18);
                }
            }
        }
        for (count, byte) in counts.iter_mut().zip(bytes.to_le_bytes()) {
            *count += usize::from(byte);
        }
    }
    counts
}

/// Writes a cell's entries, each at the place that its switch has reached.
#[inline(always)]
fn place(values: &[[u8; 4]], switches: &[u8], ratios: &[[u8; 4]], places: &mut [usize; 4], entries: &mut [[u32; 2]]) {
    let mut base = OFFSET_BIAS as u32;
    for ((values, &switches), ratios) in values.iter().zip(switches).zip(ratios) {
        if u32::from_le_bytes(*values) == 0 {
            base += 4 * FILTER_BYTES;
            continue;
        }
        for (index, (&value, &ratio)) in values.iter().zip(ratios).enumerate() {
            if value != 0 {
                let switch = usize::from(switches >> (2 * index)) & 3;
                #[allow(clippy::indexing_slicing, reason = "two bits into four elements: no check is compiled")]
                let (place, offset) = (&mut places[switch], base - SWITCH_OFFSET[switch]);
                if let Some(entry) = entries.get_mut(*place) {
                    *entry = [offset, u32::from(value) * u32::from(ratio)];
                }
                *place += 1;
            }
            base += FILTER_BYTES;
        }
    }
}
