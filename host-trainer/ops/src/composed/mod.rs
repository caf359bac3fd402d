//! The five operations once more, from candle's own tensor operations: they run on any device and follow the same rules of
//! ties, zeros and gradients. The CPU has the fused ones; the tests hold the two beside each other.
//!
//! The two with a convolution bring their gradient along (`given`). candle's would be as right, but on a GPU it takes the
//! gradient of a convolution's input by a transposed convolution that is a plain loop a pixel, where a convolution with
//! flipped weights is one large matrix product; and it would keep every map in between. The other three, on small maps, leave
//! their gradient to candle.

mod class_maps;
mod conv_pool;
mod convolution;
mod given;
mod log_sum_exp;
mod pooling;
mod rectify;
#[cfg(test)]
mod tests;
mod unpool_deconv;

pub(super) use class_maps::class_maps;
pub(super) use conv_pool::conv_pool;
pub(super) use log_sum_exp::log_sum_exp;
pub(super) use rectify::rectify;
pub(super) use unpool_deconv::unpool_deconv;
