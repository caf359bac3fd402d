//! Unpool through switches, tied deconvolution + bias, ReLU, on any device.

use candle_core::{Result, Tensor, bail};

use super::super::switches::Switches;
use super::super::unpool_deconv::{NAME, Shapes};
use super::convolution::{add_bias, bias_gradient, convolve, transposed, weights_gradient};
use super::given::given;
use super::pooling::{at_switches, relu, relu_gradient, unpool};

/// As [`unpool_deconv`](crate::unpool_deconv).
pub(in super::super) fn unpool_deconv(
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    switches: Option<&Switches>,
    size: (usize, usize),
) -> Result<Tensor> {
    let shapes = Shapes::new(x.shape(), weights.shape(), bias.shape(), switches.is_some(), size)?;
    let kernel = shapes.convolution.kernel;
    let switches = match switches.map(Switches::tensor) {
        Some(Some(switches)) if switches.dims() == x.dims() => Some(switches.clone()),
        Some(found) => bail!("{NAME}: found switches {:?} for a map {:?}", found.map(Tensor::shape), x.shape()),
        None => None,
    };
    // Made once more in the backward pass rather than kept.
    let unpooled = move |x: &Tensor, switches: &Option<Tensor>| match switches {
        Some(switches) => unpool(x, switches, size),
        None => Ok(x.clone()),
    };
    let map = convolve(&unpooled(&x.detach(), &switches)?, &transposed(&weights.detach())?)?;
    let value = relu(&add_bias(&map, &bias.detach())?)?;
    let gradients = move |[(x, x_too), (weights, weights_too), (_, bias_too)]: [(&Tensor, bool); 3],
                          value: &Tensor,
                          gradient: &Tensor| {
        // The unpooled input is to the gradient what a convolution's output gradient is to its image.
        let gradient = relu_gradient(value, gradient)?;
        let of_x = || {
            let map = convolve(&gradient, weights)?;
            let map = match &switches {
                Some(switches) => at_switches(&map, switches)?,
                None => map,
            };
            x.ne(0.0)?.where_cond(&map, &map.zeros_like()?)
        };
        Ok((
            x_too.then(of_x).transpose()?,
            weights_too.then(|| weights_gradient(&gradient, &unpooled(x, &switches)?, kernel)).transpose()?,
            bias_too.then(|| bias_gradient(&gradient)).transpose()?,
        ))
    };
    given(NAME, value, [x, weights, bias], gradients)
}
