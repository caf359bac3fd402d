//! From stage features to class maps and scores (Eq. 4 to 7).
//!
//! A 1x1 convolution commutes with nearest expansion: each stage's class maps are computed at its own size, expanded
//! and summed, which equals concatenating expanded features first.

use candle_core::{D, Result, Tensor};
use switchback::model::Network;
use switchback::model::spec::{ClassMaps, MapActivation};

use training_ops::rectify;

use super::pooling::Pooling;

/// Nearest expansion by `2^shift` to `height` x `width`; the last row and column also serve what odd sizes add.
pub(super) fn expand(maps: &Tensor, shift: u32, height: usize, width: usize) -> Result<Tensor> {
    if shift == 0 {
        return Ok(maps.clone());
    }
    let indices = |to: usize, from: usize| {
        let index: Vec<u32> = (0..to).map(|i| (i >> shift).min(from - 1) as u32).collect();
        Tensor::from_vec(index, to, maps.device())
    };
    let (_, _, from_height, from_width) = maps.dims4()?;
    maps.index_select(&indices(height, from_height)?, 2)?.index_select(&indices(width, from_width)?, 3)
}

/// Adds each map's own bias of `[classes]`.
pub(super) fn add_bias(network: &Network, logits: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let of_maps = bias.narrow(0, network.class_of_map(0), network.maps())?;
    logits.broadcast_add(&of_maps.reshape((1, network.maps(), 1, 1))?)
}

/// σ of Eq. 7. `leak` is 0 but in training.
pub(super) fn activate(logits: &Tensor, activation: MapActivation, leak: f32) -> Result<Tensor> {
    match activation {
        MapActivation::Relu => rectify(logits, leak),
        MapActivation::Softmax => {
            let relative = logits.broadcast_sub(&logits.max_keepdim(1)?.detach())?;
            let powers = relative.exp()?;
            powers.broadcast_div(&powers.sum_keepdim(1)?)
        }
    }
}

/// Pooled scores `[batch, classes]` (Eq. 7). Where the negative class has no map, its score is the activation of its
/// bias: what every pooling makes of a constant map.
pub(super) fn pool_scores(
    network: &Network,
    pooling: Pooling,
    maps: &Tensor,
    bias: &Tensor,
    leak: f32,
) -> Result<Tensor> {
    let pooled = pooling.pool(maps, network.spec().head.sharpness)?;
    match network.spec().head.maps {
        ClassMaps::PerClass => Ok(pooled),
        ClassMaps::Evidence => {
            let constant = rectify(&bias.narrow(0, 0, 1)?, leak)?;
            let negative = constant.reshape((1, 1))?.broadcast_as((pooled.dim(0)?, 1))?;
            Tensor::cat(&[&negative, &pooled], D::Minus1)
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn ramp(dims: (usize, usize, usize, usize)) -> Result<Tensor> {
        let count = dims.0 * dims.1 * dims.2 * dims.3;
        Tensor::arange(0.0_f32, count as f32, &Device::Cpu)?.reshape(dims)
    }

    #[test]
    fn expansion_repeats_and_clamps_at_odd_edges() -> Result<()> {
        let expanded = expand(&ramp((1, 1, 1, 2))?, 1, 3, 5)?;
        assert_eq!(expanded.squeeze(0)?.squeeze(0)?.to_vec2::<f32>()?, vec![vec![0.0, 0.0, 1.0, 1.0, 1.0]; 3]);
        Ok(())
    }

    #[test]
    fn softmax_is_over_classes_and_does_not_overflow() -> Result<()> {
        let logits = (ramp((1, 3, 1, 2))? * 500.0)?;
        let maps = activate(&logits, MapActivation::Softmax, 0.0)?;
        assert_eq!(maps.sum(1)?.flatten_all()?.to_vec1::<f32>()?, [1.0, 1.0]);
        Ok(())
    }
}
