//! Convolution + bias, 2x2 max-pool with switches, ReLU, on any device.

use candle_core::{Result, Tensor};

use super::super::conv_pool::{NAME, convolution};
use super::super::switches::Switches;
use super::convolution::{add_bias, bias_gradient, convolve, transposed, weights_gradient};
use super::given::given;
use super::pooling::{pool as pool_map, relu, relu_gradient, unpool};

/// As [`conv_pool`](crate::conv_pool).
pub(in super::super) fn conv_pool(
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    pool: bool,
) -> Result<(Tensor, Option<Switches>)> {
    let (_, shape) = convolution(x.shape(), weights.shape(), bias.shape(), pool)?;
    let map = add_bias(&convolve(&x.detach(), &weights.detach())?, &bias.detach())?;
    let (map, switches) = if pool {
        let (map, switches) = pool_map(&map)?;
        (map, Some(switches))
    } else {
        (map, None)
    };
    let kept = switches.clone();
    let gradients = move |[(x, x_too), (weights, weights_too), (_, bias_too)]: [(&Tensor, bool); 3],
                          value: &Tensor,
                          gradient: &Tensor| {
        let pooled = relu_gradient(value, gradient)?;
        let gradient = match &kept {
            Some(switches) => unpool(&pooled, switches, (shape.height, shape.width))?,
            None => pooled.clone(),
        };
        Ok((
            x_too.then(|| convolve(&gradient, &transposed(weights)?)).transpose()?,
            weights_too.then(|| weights_gradient(x, &gradient, shape.kernel)).transpose()?,
            bias_too.then(|| bias_gradient(&pooled)).transpose()?,
        ))
    };
    let output = given(NAME, relu(&map)?, [x, weights, bias], gradients)?;
    Ok((output, switches.map(Switches::of_tensor)))
}
