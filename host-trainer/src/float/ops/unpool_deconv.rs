//! Unpool through switches, then transposed convolution with the tied weights + bias, then ReLU (Eq. 2 and 3), as one
//! operation.
//!
//! The weights are the convolution's own tensor, so backpropagation adds the gradients of both ways. The unpooled map
//! has the size of the convolution's map before its pool and exists for one image a thread at a time only (whole during
//! the backward pass).

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::batch::{ParameterGradient, add_plane_sums, rectified_gradient, sum_parameter_gradients};
use super::correlation::{Correlation, flipped};
use super::switches::{Switches, relu, take, unpool};
use super::values::{hold, values};

const NAME: &str = "unpool-deconv";

thread_local! {
    /// An unpooled map of one image, kept between calls.
    static UNPOOLED: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// `x`: `[batch, filters, h, w]`, `weights`: `[filters, channels, kernel, kernel]` of the convolution it is tied to,
/// `bias`: `[channels]`. Gives `[batch, channels, height, width]`, where `size` = (height, width) of the convolution.
///
/// With `switches` (of that convolution's pool, for the same batch) h = height / 2 and w = width / 2; without them
/// h = height and w = width.
///
/// # Errors
/// When shapes do not fit each other, the kernel is even, or a tensor is not f32 on the CPU.
pub fn unpool_deconv(
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    switches: Option<&Switches>,
    size: (usize, usize),
) -> Result<Tensor> {
    let op = UnpoolDeconv { switches: switches.cloned(), size };
    x.contiguous()?.apply_op3(&weights.contiguous()?, &bias.contiguous()?, op)
}

struct UnpoolDeconv {
    switches: Option<Switches>,
    size: (usize, usize),
}

/// Shapes of a tied deconvolution.
struct Shapes {
    batch: usize,
    /// The convolution that the weights belong to: from the deconvolution's output to its unpooled input.
    convolution: Correlation,
    /// Pixels of the input before unpooling.
    input_pixels: usize,
}

impl Shapes {
    /// Elements of one image of the input before unpooling.
    fn input_elements(&self) -> usize {
        self.convolution.filters * self.input_pixels
    }
}

impl UnpoolDeconv {
    fn shapes(&self, x: &Shape, weights: &Shape, bias: &Shape) -> Result<Shapes> {
        let (batch, x_filters, x_height, x_width) = x.dims4()?;
        let (filters, channels, kernel, kernel_width) = weights.dims4()?;
        let (height, width) = self.size;
        let odd_square = kernel == kernel_width && kernel % 2 == 1;
        if x_filters != filters || !odd_square || bias.dims() != [channels] {
            bail!("{NAME}: found weights {weights:?} and bias {bias:?} on a map {x:?}");
        }
        let expected = if self.switches.is_some() { (height / 2, width / 2) } else { (height, width) };
        if (x_height, x_width) != expected {
            bail!("{NAME}: found a map {x:?}, expected {expected:?} for an output of {:?}", self.size);
        }
        if let Some(switches) = &self.switches
            && switches.as_slice().len() != x.elem_count()
        {
            bail!("{NAME}: found {} switches for a map {x:?}", switches.as_slice().len());
        }
        let convolution = Correlation { channels, filters, kernel, height, width };
        Ok(Shapes { batch, convolution, input_pixels: x_height * x_width })
    }

    /// Puts one image's input at its switches in `unpooled`.
    fn unpool_image(&self, shapes: &Shapes, image: usize, x: &[f32], unpooled: &mut [f32]) {
        let Some(switches) = &self.switches else {
            unpooled.copy_from_slice(x);
            return;
        };
        let switches = &switches.as_slice()[image * shapes.input_elements()..][..shapes.input_elements()];
        let planes = x.chunks_exact(shapes.input_pixels).zip(switches.chunks_exact(shapes.input_pixels));
        let pixels = shapes.convolution.pixels();
        for (plane, (x, switches)) in unpooled.chunks_exact_mut(pixels).zip(planes) {
            unpool(x, switches, shapes.convolution.width, plane);
        }
    }

    /// Takes one image's input gradient from the gradient of its unpooled map.
    fn take_image(&self, shapes: &Shapes, image: usize, unpooled: &[f32], x: &mut [f32]) {
        let Some(switches) = &self.switches else {
            x.copy_from_slice(unpooled);
            return;
        };
        let switches = &switches.as_slice()[image * shapes.input_elements()..][..shapes.input_elements()];
        let planes = x.chunks_exact_mut(shapes.input_pixels).zip(switches.chunks_exact(shapes.input_pixels));
        let pixels = shapes.convolution.pixels();
        for (plane, (x, switches)) in unpooled.chunks_exact(pixels).zip(planes) {
            take(plane, switches, shapes.convolution.width, x);
        }
    }
}

/// Lends a map of `elements` of this thread.
fn with_map<R>(elements: usize, f: impl FnOnce(&mut [f32]) -> R) -> R {
    UNPOOLED.with_borrow_mut(|map| {
        map.resize(map.len().max(elements), 0.0);
        f(&mut map[..elements])
    })
}

impl CustomOp3 for UnpoolDeconv {
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
        let shapes = self.shapes(x_layout.shape(), weights_layout.shape(), bias_layout.shape())?;
        let convolution = &shapes.convolution;
        let transposed = flipped(values(weights, weights_layout, NAME)?, convolution.filters, convolution.channels);
        let bias = values(bias, bias_layout, NAME)?;
        let mut output = vec![0.0; shapes.batch * convolution.image_elements()];
        values(x, x_layout, NAME)?
            .par_chunks_exact(shapes.input_elements())
            .zip(output.par_chunks_exact_mut(convolution.image_elements()))
            .enumerate()
            .for_each(|(image, (x, output))| {
                with_map(convolution.output_elements(), |unpooled| {
                    self.unpool_image(&shapes, image, x, unpooled);
                    convolution.transposed().forward(unpooled, &transposed, Some(bias), output);
                });
                output.iter_mut().for_each(|v| *v = relu(*v));
            });
        let (height, width) = self.size;
        Ok((CpuStorage::F32(output), Shape::from((shapes.batch, convolution.channels, height, width))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        bias: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let shapes = self.shapes(x.shape(), weights.shape(), bias.shape())?;
        let convolution = &shapes.convolution;
        let gradient = gradient.contiguous()?;
        let (x_held, weights_held, gradient_held) = (hold(x), hold(weights), hold(&gradient));
        let (x_values, weights_values) = (x_held.values(NAME)?, weights_held.values(NAME)?);
        let gradient = rectified_gradient(hold(result).values(NAME)?, gradient_held.values(NAME)?);
        let gradient_of =
            |image: usize| &gradient[image * convolution.image_elements()..][..convolution.image_elements()];
        let x_of = |image: usize| &x_values[image * shapes.input_elements()..][..shapes.input_elements()];

        // The unpooled input is to the gradient what a convolution's output gradient is to its image.
        let ParameterGradient { weights: weights_gradient, bias: bias_gradient } =
            sum_parameter_gradients(shapes.batch, convolution, convolution.channels, |image, weights, bias| {
                with_map(convolution.output_elements(), |unpooled| {
                    self.unpool_image(&shapes, image, x_of(image), unpooled);
                    convolution.add_weight_gradient(gradient_of(image), unpooled, weights);
                });
                add_plane_sums(gradient_of(image), bias);
            });
        let x_gradient = x.track_op().then(|| {
            let mut x_gradient = vec![0.0; x_values.len()];
            x_gradient.par_chunks_exact_mut(shapes.input_elements()).enumerate().for_each(|(image, output)| {
                with_map(convolution.output_elements(), |unpooled| {
                    convolution.forward(gradient_of(image), weights_values, None, unpooled);
                    self.take_image(&shapes, image, unpooled, output);
                });
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

#[cfg(test)]
mod tests {
    use super::super::conv_pool::conv_pool;
    use super::super::gradient_check::{assert_close, check_finite_differences, random_var};
    use super::*;

    #[test]
    fn equals_stock_transposed_convolution_with_its_gradients() -> Result<()> {
        for (kernel, height, width) in [(3, 5, 6), (5, 4, 4), (1, 3, 3)] {
            let x = random_var(1, &[2, 3, height, width])?;
            let weights = random_var(2, &[3, 4, kernel, kernel])?;
            let bias = random_var(3, &[4])?;
            let own = unpool_deconv(&x, &weights, &bias, None, (height, width))?;
            let stock = x.conv_transpose2d(&weights, kernel / 2, 0, 1, 1)?;
            let stock = stock.broadcast_add(&bias.reshape((1, 4, 1, 1))?)?.relu()?;
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

    /// Encoder and decoder in one chain on an odd size: the tied weights get gradient from both ways.
    #[test]
    fn the_tied_chain_equals_finite_differences() -> Result<()> {
        let vars =
            [random_var(5, &[2, 2, 5, 7])?, random_var(6, &[3, 2, 3, 3])?, random_var(7, &[3])?, random_var(8, &[2])?];
        check_finite_differences(&vars, |[x, weights, bias, deconv_bias]| {
            let (h, switches) = conv_pool(x, weights, bias, true)?;
            unpool_deconv(&h, weights, deconv_bias, switches.as_ref(), (5, 7))
        })
    }

    #[test]
    fn refuses_switches_of_another_batch() -> Result<()> {
        let (weights, bias) = (random_var(1, &[1, 1, 3, 3])?, random_var(2, &[1])?);
        let x = random_var(3, &[2, 1, 4, 4])?;
        let (h, switches) = conv_pool(&x, &weights, &bias, true)?;
        let first = h.narrow(0, 0, 1)?;
        assert!(unpool_deconv(&first, &weights, &bias, switches.as_ref(), (4, 4)).is_err());
        Ok(())
    }
}
