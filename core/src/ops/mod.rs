//! The equations, one operation a file, a row of output at a time.
//!
//! An operation gets slices of rows, never a ring or an arena, and cannot fail: its arguments come from a parsed model. A
//! row of padding is an empty slice.

mod blocked_winograd;
mod class_map;
mod class_sums;
mod convolution;
mod deconvolution;
mod gather;
mod input;
mod input_direct;
mod input_windows;
mod input_winograd;
mod log_sum_exp;
mod logits;
mod normalization;
mod softmax;
mod switches;
mod unpool_deconvolution;
mod vector_winograd;
mod winograd;

pub use blocked_winograd::{
    Blocking, MAX_DENSE_RATIO, as_convolution, blocked_winograd_rows, blocked_winograd_scratch_words,
    dense_deconvolution_bound, dense_deconvolution_rows,
};
pub use class_map::{class_map_row, label_row, mask_row};
pub use class_sums::class_sums_row;
pub use convolution::{convolution_row, input_convolution_row};
pub use deconvolution::{DeconvolutionArrays, deconvolution_row};
pub use gather::{
    cell_list_words, gather_bound, gather_parts, gather_scratch_words, gather_strip_scratch_words, gather_suits,
};
// What is gathered is trusted: only the stream, which lists it, may call these.
pub(crate) use gather::{gather_rows, gather_strip_rows, write_cell_list};
pub use input::input_row;
pub use input_direct::{input_direct_rows, input_direct_scratch_words, input_direct_suits};
pub use input_windows::{input_window_rows, input_window_scratch_words};
pub use input_winograd::{
    input_winograd_groups, input_winograd_rows, input_winograd_scratch_words, input_winograd_suits,
};
pub use log_sum_exp::{HISTOGRAM, constant_score, log_sum_exp};
pub use logits::{MAX_LOGIT, StageRow, logits_row};
pub use normalization::{Centered, Statistics};
pub use softmax::softmax;
pub use switches::{read_switch, switch_row_bytes, write_switch};
pub use unpool_deconvolution::{CellRow, unpool_deconvolution_row};
pub use vector_winograd::{
    DeconvolutionInput, vector_deconvolution_bound, vector_deconvolution_rows, vector_deconvolution_scratch_words,
    vector_deconvolution_suits, vector_winograd_rows, vector_winograd_scratch_words,
};
pub use winograd::{winograd_bound, winograd_rows, winograd_scratch_words, winograd_suits};
