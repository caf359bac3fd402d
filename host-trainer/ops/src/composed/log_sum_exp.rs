//! Log-sum-exp pooling on any device.

use candle_core::{Result, Tensor};

/// As [`log_sum_exp`](crate::log_sum_exp).
pub(in super::super) fn log_sum_exp(maps: &Tensor, sharpness: f32) -> Result<Tensor> {
    let (sharpness, flat) = (f64::from(sharpness), maps.flatten_from(2)?);
    let most = flat.max_keepdim(2)?.detach();
    let mean = (flat.broadcast_sub(&most)? * sharpness)?.exp()?.mean(2)?;
    (mean.log()? / sharpness)? + most.squeeze(2)?
}
