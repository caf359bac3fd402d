//! Unpool through switches, then transposed convolution with the tied weights + bias, then ReLU (Eq. 2 and 3), as one
//! operation.
//!
//! The weights are the convolution's own tensor, so backpropagation adds the gradients of both ways. The unpooled map,
//! three quarters of which are zero and more after a ReLU, is never made: all passes visit its non-zeros.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::batch::{ParameterSums, sum_over_batch};
use super::composed;
use super::geometry::Convolution;
use super::points::Points;
use super::simd::{correlate_at, gather, scatter};
use super::switches::{Switches, relu};
use super::values::{hold, values};

pub(super) const NAME: &str = "unpool-deconv";

/// `x`: `[batch, filters, h, w]`, `weights`: `[filters, channels, kernel, kernel]` of the convolution it is tied to,
/// `bias`: `[channels]`. Gives `[batch, channels, height, width]`, where `size` = (height, width) of the convolution.
///
/// With `switches` (of that convolution's pool, for the same batch) h = height / 2 and w = width / 2; without them
/// h = height and w = width.
///
/// `x` is the result of a ReLU: where it is zero, its gradient is given as zero, since the ReLU lets none through there.
///
/// # Errors
/// When shapes do not fit each other, the kernel is even, a tensor is not f32, or they and the switches are not all on one
/// device.
pub fn unpool_deconv(
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    switches: Option<&Switches>,
    size: (usize, usize),
) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return composed::unpool_deconv(x, weights, bias, switches, size);
    }
    let op = UnpoolDeconv { switches: switches.cloned(), size };
    x.contiguous()?.apply_op3(&weights.contiguous()?, &bias.contiguous()?, op)
}

struct UnpoolDeconv {
    switches: Option<Switches>,
    size: (usize, usize),
}

/// Shapes of a tied deconvolution.
pub(super) struct Shapes {
    batch: usize,
    /// The convolution that the weights belong to: from the deconvolution's output to its unpooled input.
    pub convolution: Convolution,
    /// Pixels of the input before unpooling.
    input_pixels: usize,
}

impl Shapes {
    /// Of a deconvolution to `size` = (height, width), through switches or without.
    pub fn new(x: &Shape, weights: &Shape, bias: &Shape, unpool: bool, size: (usize, usize)) -> Result<Self> {
        let (batch, x_filters, x_height, x_width) = x.dims4()?;
        let (filters, channels, kernel, kernel_width) = weights.dims4()?;
        let (height, width) = size;
        let odd_square = kernel == kernel_width && kernel % 2 == 1;
        if x_filters != filters || !odd_square || bias.dims() != [channels] {
            bail!("{NAME}: found weights {weights:?} and bias {bias:?} on a map {x:?}");
        }
        let expected = if unpool { (height / 2, width / 2) } else { (height, width) };
        if (x_height, x_width) != expected {
            bail!("{NAME}: found a map {x:?}, expected {expected:?} for an output of {size:?}");
        }
        let convolution = Convolution { channels, filters, kernel, height, width };
        Ok(Self { batch, convolution, input_pixels: x_height * x_width })
    }

    /// Elements of one image of the input before unpooling.
    fn input_elements(&self) -> usize {
        self.convolution.filters * self.input_pixels
    }
}

impl UnpoolDeconv {
    fn shapes(&self, x: &Shape, weights: &Shape, bias: &Shape) -> Result<Shapes> {
        let shapes = Shapes::new(x, weights, bias, self.switches.is_some(), self.size)?;
        if let Some(switches) = &self.switches
            && switches.as_slice().len() != x.elem_count()
        {
            bail!("{NAME}: found {} switches for a map {x:?}", switches.as_slice().len());
        }
        Ok(shapes)
    }

    /// Lists the non-zeros of one image's unpooled input.
    fn collect(&self, points: &mut Points, shapes: &Shapes, image: usize, x: &[f32]) {
        let elements = image * shapes.input_elements()..(image + 1) * shapes.input_elements();
        let x = &x[elements.clone()];
        let switches = self.switches.as_ref().map(|switches| &switches.as_slice()[elements]);
        points.collect(&shapes.convolution, switches, |i| x[i]);
    }
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
        let runs = convolution.runs(values(weights, weights_layout, NAME)?);
        let (x, bias) = (values(x, x_layout, NAME)?, values(bias, bias_layout, NAME)?);
        let mut output = vec![0.0; shapes.batch * convolution.image_elements()];
        output.par_chunks_exact_mut(convolution.image_elements()).enumerate().for_each_init(
            || (Points::default(), vec![0.0; convolution.frame_elements()]),
            |(points, frame), (image, output)| {
                self.collect(points, &shapes, image, x);
                frame.fill(0.0);
                scatter(convolution, &runs, points, frame);
                convolution.read_frame(frame, output, |channel, value| relu(value + bias[channel]));
            },
        );
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
        let (x_held, weights_held, result_held, gradient_held) =
            (hold(x), hold(weights), hold(result), hold(&gradient));
        let x_values = x_held.values(NAME)?;
        let runs = convolution.runs(weights_held.values(NAME)?);
        let (result, gradient) = (result_held.values(NAME)?, gradient_held.values(NAME)?);
        let mut x_gradient = x.track_op().then(|| vec![0.0; x_values.len()]);

        // The unpooled input is to the gradient what a convolution's output gradient is to its image.
        let sums = sum_over_batch(shapes.batch, x_gradient.as_deref_mut(), |images, mut x_gradients| {
            let mut sums = ParameterSums::new(runs.len(), convolution.channels);
            let mut points = Points::default();
            let mut frame = vec![0.0; convolution.frame_elements()];
            let mut rectified = vec![0.0; convolution.image_elements()];
            for (index, image) in images.enumerate() {
                let map = image * convolution.image_elements()..(image + 1) * convolution.image_elements();
                for ((rectified, &result), &gradient) in
                    rectified.iter_mut().zip(&result[map.clone()]).zip(&gradient[map])
                {
                    *rectified = if result > 0.0 { gradient } else { 0.0 };
                }
                for (sum, plane) in sums.bias.iter_mut().zip(rectified.chunks_exact(convolution.pixels())) {
                    *sum += plane.iter().sum::<f32>();
                }
                convolution.fill_frame(&rectified, &mut frame);
                self.collect(&mut points, &shapes, image, x_values);
                gather(convolution, &frame, &points, &mut sums.weights);
                if let Some(x_gradients) = &mut x_gradients {
                    let x_gradient = &mut x_gradients[index * shapes.input_elements()..][..shapes.input_elements()];
                    correlate_at(convolution, &frame, &runs, &points, x_gradient);
                }
            }
            sums
        });
        Ok((
            x_gradient.map(|x_gradient| Tensor::from_vec(x_gradient, x.shape(), x.device())).transpose()?,
            Some(Tensor::from_vec(convolution.weights_of_runs(&sums.weights), weights.shape(), weights.device())?),
            Some(Tensor::from_vec(sums.bias, bias.shape(), bias.device())?),
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

    /// Through the ReLU that its input comes from: where that gave zero there is no gradient, here as everywhere.
    #[test]
    fn equals_finite_differences_behind_a_relu() -> Result<()> {
        let vars = [random_var(5, &[2, 5, 4, 3])?, random_var(6, &[5, 9, 3, 3])?, random_var(7, &[9])?];
        check_finite_differences(&vars, |[x, weights, bias]| unpool_deconv(&x.relu()?, weights, bias, None, (4, 3)))?;
        let x = vars[0].relu()?;
        let x = candle_core::Var::from_tensor(&x)?;
        let gradients = unpool_deconv(&x, &vars[1], &vars[2], None, (4, 3))?.sum_all()?.backward()?;
        let gradient = gradients.get(&x).unwrap().flatten_all()?.to_vec1::<f32>()?;
        let zeros = x.flatten_all()?.to_vec1::<f32>()?.into_iter().zip(gradient).filter(|&(x, _)| x == 0.0);
        assert!(zeros.clone().count() > 30 && zeros.clone().all(|(_, g)| g == 0.0));
        Ok(())
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
