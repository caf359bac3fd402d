//! Same-padded convolution of stride 1, and what its gradient and its transpose are made of: each is one `conv2d`.
//!
//! Maps `[batch, channels, height, width]`, weights `[filters, channels, kernel, kernel]`, no gradient.

use candle_core::{Result, Tensor};

/// The convolution, `[batch, filters, height, width]`.
pub(super) fn convolve(x: &Tensor, weights: &Tensor) -> Result<Tensor> {
    x.conv2d(weights, weights.dim(3)? / 2, 1, 1, 1)
}

/// The weights with which [`convolve`] is the transposed convolution: channels and filters swapped, turned by 180 degrees.
pub(super) fn transposed(weights: &Tensor) -> Result<Tensor> {
    weights.transpose(0, 1)?.contiguous()?.flip(&[2, 3])
}

/// The gradient of the weights of a convolution of `x` whose output's gradient is `gradient`.
pub(super) fn weights_gradient(x: &Tensor, gradient: &Tensor, kernel: usize) -> Result<Tensor> {
    let images_as_channels = x.transpose(0, 1)?.contiguous()?;
    images_as_channels.conv2d(&gradient.transpose(0, 1)?.contiguous()?, kernel / 2, 1, 1, 1)?.transpose(0, 1)
}

/// Adds a bias a channel.
pub(super) fn add_bias(map: &Tensor, bias: &Tensor) -> Result<Tensor> {
    map.broadcast_add(&bias.reshape((1, bias.elem_count(), 1, 1))?)
}

/// The gradient of that bias.
pub(super) fn bias_gradient(gradient: &Tensor) -> Result<Tensor> {
    gradient.sum((0, 2, 3))
}
