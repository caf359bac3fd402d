//! Convolution + bias, then 2x2 max-pool with switches, then ReLU (Eq. 1), as one operation.
//!
//! Stride 1, same padding. The map before the pool exists for one image a thread at a time only. Without a pool it is
//! convolution + bias and ReLU.

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::batch::{ParameterGradient, add_plane_sums, rectified_gradient, sum_parameter_gradients};
use super::correlation::{Correlation, flipped};
use super::switches::{Switches, pool, relu, unpool};
use super::values::{hold, values};

const NAME: &str = "conv-pool";

thread_local! {
    /// A full-resolution map of one image, kept between calls.
    static MAP: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// `x`: `[batch, channels, height, width]`, `weights`: `[filters, channels, kernel, kernel]`, `bias`: `[filters]`.
/// Gives `[batch, filters, height / 2, width / 2]` and the pool's switches.
///
/// Without `pool` height and width stay and there are no switches.
///
/// # Errors
/// When shapes do not fit each other, the kernel is even, a pooled map is smaller than 2x2, or a tensor is not f32 on
/// the CPU.
pub fn conv_pool(x: &Tensor, weights: &Tensor, bias: &Tensor, pool: bool) -> Result<(Tensor, Option<Switches>)> {
    let switches = pool.then(Switches::default);
    let op = ConvPool { switches: switches.clone() };
    let output = x.contiguous()?.apply_op3(&weights.contiguous()?, &bias.contiguous()?, op)?;
    Ok((output, switches))
}

struct ConvPool {
    switches: Option<Switches>,
}

impl ConvPool {
    fn output_size(&self, shape: &Correlation) -> (usize, usize) {
        match self.switches {
            Some(_) => (shape.height / 2, shape.width / 2),
            None => (shape.height, shape.width),
        }
    }
}

/// Batch and shapes of a convolution.
fn correlation(x: &Shape, weights: &Shape, bias: &Shape) -> Result<(usize, Correlation)> {
    let (batch, channels, height, width) = x.dims4()?;
    let (filters, weight_channels, kernel, kernel_width) = weights.dims4()?;
    let odd_square = kernel == kernel_width && kernel % 2 == 1;
    if weight_channels != channels || !odd_square || bias.dims() != [filters] {
        bail!("{NAME}: found weights {weights:?} and bias {bias:?} on a map {x:?}");
    }
    Ok((batch, Correlation { channels, filters, kernel, height, width }))
}

impl CustomOp3 for ConvPool {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, shape) = correlation(x_layout.shape(), weights_layout.shape(), bias_layout.shape())?;
        let (height, width) = self.output_size(&shape);
        if height * width == 0 {
            bail!("{NAME}: found a map of {}x{}, expected at least 2x2 to pool it", shape.height, shape.width);
        }
        let x = values(x, x_layout, NAME)?.par_chunks_exact(shape.image_elements());
        let (weights, bias) = (values(weights, weights_layout, NAME)?, values(bias, bias_layout, NAME)?);
        let image_output = shape.filters * height * width;
        let mut output = vec![0.0; batch * image_output];
        let outputs = output.par_chunks_exact_mut(image_output);
        match &self.switches {
            Some(kept) => {
                let mut switches = vec![0; batch * image_output];
                x.zip(outputs.zip(switches.par_chunks_exact_mut(image_output))).for_each(|(x, (output, switches))| {
                    MAP.with_borrow_mut(|map| {
                        map.resize(map.len().max(shape.output_elements()), 0.0);
                        let map = &mut map[..shape.output_elements()];
                        shape.forward(x, weights, Some(bias), map);
                        let pooled = output.chunks_exact_mut(height * width);
                        let planes = pooled.zip(switches.chunks_exact_mut(height * width));
                        for (plane, (pooled, switches)) in map.chunks_exact(shape.pixels()).zip(planes) {
                            pool(plane, shape.width, pooled, switches);
                        }
                    });
                });
                kept.fill(switches);
            }
            None => x.zip(outputs).for_each(|(x, output)| {
                shape.forward(x, weights, Some(bias), output);
                output.iter_mut().for_each(|v| *v = relu(*v));
            }),
        }
        Ok((CpuStorage::F32(output), Shape::from((batch, shape.filters, height, width))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        bias: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, shape) = correlation(x.shape(), weights.shape(), bias.shape())?;
        let gradient = gradient.contiguous()?;
        let (x_held, weights_held, gradient_held) = (hold(x), hold(weights), hold(&gradient));
        let (x_values, weights_values) = (x_held.values(NAME)?, weights_held.values(NAME)?);
        let gradient = rectified_gradient(hold(result).values(NAME)?, gradient_held.values(NAME)?);

        let full = self.unpooled(&shape, &gradient);
        let full = full.as_deref().unwrap_or(&gradient);
        let image_of = |image: usize| &x_values[image * shape.image_elements()..][..shape.image_elements()];
        let map_of = |image: usize| &full[image * shape.output_elements()..][..shape.output_elements()];

        let ParameterGradient { weights: weights_gradient, bias: bias_gradient } =
            sum_parameter_gradients(batch, &shape, shape.filters, |image, weights, bias| {
                shape.add_weight_gradient(image_of(image), map_of(image), weights);
                add_plane_sums(map_of(image), bias);
            });
        let x_gradient = x.track_op().then(|| {
            let backward = flipped(weights_values, shape.filters, shape.channels);
            let mut x_gradient = vec![0.0; x_values.len()];
            x_gradient.par_chunks_exact_mut(shape.image_elements()).enumerate().for_each(|(image, output)| {
                shape.transposed().forward(map_of(image), &backward, None, output);
            });
            Tensor::from_vec(x_gradient, x.shape(), x.device())
        });
        Ok((
            x_gradient.transpose()?,
            Some(Tensor::from_vec(weights_gradient, weights.shape(), weights.device())?),
            Some(Tensor::from_vec(bias_gradient, bias.shape(), bias.device())?),
        ))
    }
}

impl ConvPool {
    /// The gradient of the map before the pool: each pooled gradient at its switch. `None` without a pool.
    fn unpooled(&self, shape: &Correlation, gradient: &[f32]) -> Option<Vec<f32>> {
        let switches = self.switches.as_ref()?.as_slice();
        let pooled_pixels = (shape.height / 2) * (shape.width / 2);
        let planes = gradient.len() / pooled_pixels;
        let mut full = vec![0.0; planes * shape.pixels()];
        full.par_chunks_exact_mut(shape.pixels())
            .zip(gradient.par_chunks_exact(pooled_pixels).zip(switches.par_chunks_exact(pooled_pixels)))
            .for_each(|(plane, (pooled, switches))| unpool(pooled, switches, shape.width, plane));
        Some(full)
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{assert_close, check_finite_differences, random_var};
    use super::*;

    #[test]
    fn equals_stock_convolution_pool_and_relu_with_their_gradients() -> Result<()> {
        for (pool, kernel, height, width) in [(true, 3, 6, 8), (true, 5, 4, 6), (false, 3, 5, 7), (true, 11, 8, 4)] {
            let x = random_var(1, &[3, 2, height, width])?;
            let weights = random_var(2, &[4, 2, kernel, kernel])?;
            let bias = random_var(3, &[4])?;
            let (own, _) = conv_pool(&x, &weights, &bias, pool)?;
            let stock = x.conv2d(&weights, kernel / 2, 1, 1, 1)?.broadcast_add(&bias.reshape((1, 4, 1, 1))?)?;
            // By maxima over two axes: the gradient of candle's own pool is a quarter of the right one.
            let windows = (3, 4, height / 2, 2, width / 2, 2);
            let stock = if pool { stock.reshape(windows)?.max(5)?.max(3)? } else { stock }.relu()?;
            assert_close(&own, &stock, 1e-4)?;
            let direction = random_var(4, own.dims())?;
            let own = (own * direction.as_tensor())?.sum_all()?.backward()?;
            let stock = (stock * direction.as_tensor())?.sum_all()?.backward()?;
            for var in [&x, &weights, &bias] {
                assert_close(own.get(var).unwrap(), stock.get(var).unwrap(), 1e-4)?;
            }
        }
        Ok(())
    }

    #[test]
    fn equals_finite_differences_on_an_odd_size() -> Result<()> {
        let vars = [random_var(5, &[2, 2, 5, 7])?, random_var(6, &[3, 2, 3, 3])?, random_var(7, &[3])?];
        check_finite_differences(&vars, |[x, w, b]| Ok(conv_pool(x, w, b, true)?.0))
    }

    #[test]
    fn gives_no_gradient_to_an_input_that_is_no_variable() -> Result<()> {
        let x = random_var(1, &[1, 1, 4, 4])?.as_detached_tensor();
        let (weights, bias) = (random_var(2, &[1, 1, 3, 3])?, random_var(3, &[1])?);
        let gradients = conv_pool(&x, &weights, &bias, true)?.0.sum_all()?.backward()?;
        assert!(gradients.get(&x).is_none() && gradients.get(&weights).is_some());
        Ok(())
    }
}
