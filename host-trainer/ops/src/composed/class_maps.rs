//! A stage's class maps on any device: normalization, then projection.

use candle_core::{Result, Tensor};
use switchback::model::spec::Normalization;

use super::super::class_maps::{EPSILON, Shapes};

/// As [`class_maps`](crate::class_maps).
pub(in super::super) fn class_maps(features: &Tensor, weight: &Tensor, normalization: Normalization) -> Result<Tensor> {
    let Shapes { batch, channels, maps, height, width } = Shapes::new(features.shape(), weight.shape())?;
    let flat = features.flatten_from(1)?;
    let flat = match normalization {
        Normalization::Standardize => flat.broadcast_sub(&flat.mean_keepdim(1)?)?,
        Normalization::None | Normalization::Rms => flat,
    };
    let flat = match normalization {
        Normalization::None => flat,
        _ => flat.broadcast_div(&(flat.sqr()?.mean_keepdim(1)? + EPSILON)?.sqrt()?)?,
    };
    // A product of matrices: candle's gradient of a 1x1 convolution is a loop a pixel on a GPU.
    let weight = weight.broadcast_left(batch)?.contiguous()?;
    weight.matmul(&flat.reshape((batch, channels, height * width))?)?.reshape((batch, maps, height, width))
}
