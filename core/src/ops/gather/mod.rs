//! [`super::unpool_deconvolution_row`] for 3x3 kernels, faster: only what is not zero is multiplied, eight channels at a time.
//!
//! Once for each row of cells of the pooled map, its non-zeros are listed by switch ([`write_cell_list`]); the list serves
//! the outputs of the row itself and of both its neighbours, and all channels ([`gather_rows`]). Two channels share a word,
//! 24 bits apart, so a multiplication of 32 by 32 bits makes two products; [`gather_parts`] says where the lanes stay exact.
//! Where they would not, the filters are cut in parts, a list each, whose sums are added in 32 bits.
//!
//! Where memory is short, the lists are those of a *strip* of a few columns of cells, written again for each row of cells that
//! hears them ([`gather_strip_rows`]).

mod bound;
mod list;
mod rows;
mod strip;
#[cfg(test)]
mod tests;

pub use bound::{gather_bound, gather_parts};
pub use list::{cell_list_words, write_cell_list};
pub use rows::{gather_rows, gather_scratch_words};
pub use strip::{gather_strip_rows, gather_strip_scratch_words};

use core::ops::Range;

use crate::model::DecoderLayer;

/// Taps of a kernel.
const TAPS: usize = 9;
/// Output channels that are computed at a time.
const BLOCK: usize = 8;

/// Whether the kernel can compute the layer at all; whether it is exact, [`gather_parts`] says.
pub const fn gather_suits(layer: &DecoderLayer) -> bool {
    let channels = layer.output.channels;
    layer.unpool
        && layer.kernel == 3
        && channels > 0
        && channels.is_multiple_of(BLOCK)
        && layer.input.channels.is_multiple_of(4)
}

/// Filters of each of `parts` parts, fours of them; the last one may have fewer.
const fn part_filters(layer: &DecoderLayer, parts: usize) -> usize {
    4 * (layer.input.channels / 4).div_ceil(if parts == 0 { 1 } else { parts })
}

/// The filters of each part.
fn filter_parts(layer: &DecoderLayer, parts: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let (all, filters) = (layer.input.channels, part_filters(layer, parts));
    (0..all).step_by(filters.max(1)).map(move |first| first..(first + filters).min(all))
}
