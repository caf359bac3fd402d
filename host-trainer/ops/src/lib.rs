//! The network's training operations, one a file, each with its forward pass, its backward pass and its gradient check.
//!
//! candle keeps no pooling switches, and its own pool's gradient is a quarter of the right one. These operations keep the
//! numeric contract's order (convolve, pool with switches, ReLU; unpool, tied deconvolution, ReLU), never store the
//! full-resolution map between a convolution and its pool in the forward pass, and run over the batch on all threads.
//! Their sums are taken in a fixed order, so a result does not depend on the number of threads.
//!
//! | what | file |
//! |---|---|
//! | convolution + bias, 2x2 max-pool with switches, ReLU (Eq. 1) | `conv_pool` |
//! | unpool through switches, tied deconvolution + bias, ReLU (Eq. 2, 3) | `unpool_deconv` |
//! | normalization and projection of a stage's features (Eq. 4, 5) | `class_maps` |
//! | leaky ReLU of the class maps | `rectify` |
//! | log-sum-exp pooling (Eq. 7) | `log_sum_exp` |
//! | shared by the first two: shapes, frames and the layouts of weights | `geometry` |
//! | shared by the first two: the non-zeros of unpooled maps; switches | `points`, `switches` |
//! | shared by the first two: inner loops in vectors of the machine; sums over a batch | `simd`, `batch` |
//! | all five once more, of candle's tensor operations, for devices other than the CPU | `composed/` |
//!
//! Maps are `[batch, channels, height, width]`, weights `[filters, channels, kernel, kernel]`, all f32 and on one device.
#![forbid(unsafe_code)]

mod batch;
mod class_maps;
mod composed;
mod conv_pool;
mod geometry;
#[cfg(test)]
mod gradient_check;
mod log_sum_exp;
mod points;
mod rectify;
mod simd;
mod switches;
mod unpool_deconv;
mod values;

pub use class_maps::class_maps;
pub use conv_pool::conv_pool;
pub use log_sum_exp::log_sum_exp;
pub use rectify::rectify;
pub use switches::Switches;
pub use unpool_deconv::unpool_deconv;
