//! Leaky ReLU on any device.

use candle_core::{Result, Tensor};

/// As [`rectify`](crate::rectify).
pub(in super::super) fn rectify(x: &Tensor, leak: f32) -> Result<Tensor> {
    x.gt(0.0)?.where_cond(x, &(x * f64::from(leak))?)
}
