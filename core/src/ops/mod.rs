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
mod log_sum_exp;
mod logits;
mod normalization;
mod softmax;
mod switches;
mod unpool_deconvolution;

pub use class_map::{class_map_row, label_row, mask_row};
pub use class_sums::class_sums_row;
pub use convolution::{convolution_row, input_convolution_row};
pub use deconvolution::{DeconvolutionArrays, deconvolution_row};
pub use gather::{cell_list_words, gather_bound, gather_rows, gather_scratch_words, gather_suits, write_cell_list};
pub use input::input_row;
pub use log_sum_exp::{HISTOGRAM, constant_score, log_sum_exp};
pub use logits::{MAX_LOGIT, StageRow, logits_row};
pub use normalization::{Centered, Statistics};
pub use softmax::softmax;
pub use switches::{read_switch, switch_row_bytes, write_switch};
pub use unpool_deconvolution::{CellRow, unpool_deconvolution_row};
