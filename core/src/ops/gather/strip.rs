//! The two rows of output of a row of cells, a strip of columns at a time: lists of a strip instead of whole rows.

use super::super::{CellRow, DeconvolutionArrays};
use super::list::{list_words, write_part};
use super::rows::{Lists, rows, scratch_words};
use super::{filter_parts, part_filters};
use crate::model::DecoderLayer;

/// Words of scratch for strips of `columns` columns: seeds and weights as for whole rows, and lists of three rows of cells.
pub const fn gather_strip_scratch_words(layer: &DecoderLayer, parts: usize, columns: usize) -> usize {
    scratch_words(layer, parts, columns) + 3 * row_words(layer, parts, columns)
}

/// Words of the lists of one row of a strip, which hears a column on either side.
const fn row_words(layer: &DecoderLayer, parts: usize, columns: usize) -> usize {
    parts * list_words(columns + 2, part_filters(layer, parts))
}

/// Both output rows of a row of cells, or the only one, as [`super::gather_rows`] makes them.
///
/// - `cells`: the rows of cells above, at and below, whole ones; empty outside the map.
/// - `columns`: columns of cells a strip, at least 1.
/// - `scratch`: [`gather_strip_scratch_words`] words.
pub fn gather_strip_rows(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    cells: [CellRow<'_>; 3],
    parts: usize,
    columns: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
) {
    let row = row_words(layer, parts, columns);
    let Some((memory, scratch)) = scratch.split_at_mut_checked(3 * row) else { return };
    let width = layer.input.width;
    for start in (0..width).step_by(columns.max(1)) {
        let end = (start + columns).min(width);
        let listed = start.saturating_sub(1)..(end + 1).min(width);
        let words = list_words(listed.len(), part_filters(layer, parts));
        let mut rows_of = memory.chunks_exact_mut(row.max(1));
        let lists = cells.map(|cells| -> &[u32] {
            let Some(memory) = rows_of.next() else { return &[] };
            if cells.values.is_empty() {
                return &[];
            }
            for (filters, list) in filter_parts(layer, parts).zip(memory.chunks_exact_mut(words.max(1))) {
                write_part(layer, arrays.ratios, &cells, listed.clone(), filters, list);
            }
            memory
        });
        let lists = Lists { rows: lists, first: listed.start, cells: listed.len(), parts };
        rows(layer, arrays, lists, start..end, scratch, out);
    }
}
