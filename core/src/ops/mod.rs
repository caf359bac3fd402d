//! The equations, one operation a file, a row of output at a time.
//!
//! An operation gets slices of rows, never a ring or an arena, and cannot fail: its arguments come from a parsed model. A
//! row of padding is an empty slice.

mod class_map;
mod class_sums;
mod convolution;
mod deconvolution;
mod gather;
mod input;
#[cfg_attr(switchback_helium, allow(dead_code, reason = "input_windows takes its place"))]
mod input_direct;
#[cfg(any(test, switchback_helium))]
mod input_windows;
mod input_winograd;
mod log_sum_exp;
mod logits;
mod normalization;
mod softmax;
mod switches;
mod unpool_deconvolution;
mod vector_winograd;
#[cfg_attr(switchback_helium, allow(dead_code, reason = "the vector Winograd takes its place"))]
mod winograd;

pub use class_map::{class_map_row, label_row, mask_row};
pub use class_sums::class_sums_row;
pub use convolution::{convolution_row, input_convolution_row};
pub use deconvolution::{DeconvolutionArrays, deconvolution_row};
pub use gather::{cell_list_words, gather_bound, gather_scratch_words, gather_suits};
// What is gathered is trusted: only the stream, which lists it, may call these.
pub(crate) use gather::{gather_rows, write_cell_list};
pub use input::input_row;
#[cfg(not(switchback_helium))]
pub use input_direct::input_direct_rows;
pub use input_direct::{input_direct_scratch_words, input_direct_suits};
#[cfg(switchback_helium)]
pub use input_windows::{input_direct_rows, input_winograd_rows};
#[cfg(not(switchback_helium))]
pub use input_winograd::input_winograd_rows;
pub use input_winograd::{input_winograd_scratch_words, input_winograd_suits};
pub use log_sum_exp::{HISTOGRAM, constant_score, log_sum_exp};
pub use logits::{MAX_LOGIT, StageRow, logits_row};
pub use normalization::{Centered, Statistics};
pub use softmax::softmax;
pub use switches::{read_switch, switch_row_bytes, write_switch};
pub use unpool_deconvolution::{CellRow, unpool_deconvolution_row};
#[cfg(switchback_helium)]
pub use vector_winograd::winograd_rows;
pub use vector_winograd::{
    DeconvolutionInput, winograd_deconvolution_bound, winograd_deconvolution_rows,
    winograd_deconvolution_scratch_words, winograd_deconvolution_suits, winograd_scratch_words,
};
#[cfg(not(switchback_helium))]
pub use winograd::winograd_rows;
pub use winograd::{winograd_bound, winograd_suits};
