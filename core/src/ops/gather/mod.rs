//! [`super::unpool_deconvolution_row`] for 3x3 kernels, faster: only what is not zero is multiplied, eight channels at a time.
//!
//! Once for each row of cells of the pooled map, its non-zeros are listed by switch ([`write_cell_list`]); the list serves
//! the outputs of the row itself and of both its neighbours, and all channels ([`gather_rows`]). Two channels share a word,
//! 24 bits apart, so a multiplication of 32 by 32 bits makes two products; [`gather_bound`] says where the lanes stay exact.

mod bound;
mod list;
mod rows;
#[cfg(test)]
mod tests;

pub use bound::gather_bound;
pub use list::{cell_list_words, write_cell_list};
pub use rows::{gather_rows, gather_scratch_words};

use crate::model::DecoderLayer;

/// Taps of a kernel.
const TAPS: usize = 9;
/// Output channels that are computed at a time.
const BLOCK: usize = 8;

/// Whether the kernel can compute the layer at all; whether it is exact, [`gather_bound`] says.
pub const fn gather_suits(layer: &DecoderLayer) -> bool {
    let channels = layer.output.channels;
    layer.unpool
        && layer.kernel == 3
        && channels > 0
        && channels.is_multiple_of(BLOCK)
        && layer.input.channels.is_multiple_of(4)
}
