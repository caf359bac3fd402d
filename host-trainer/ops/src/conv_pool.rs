//! Convolution + bias, then 2x2 max-pool with switches, then ReLU (Eq. 1), as one operation.
//!
//! Stride 1, same padding. Of the map before the pool two rows an image exist at a time. Without a pool it is convolution
//! + bias and ReLU. The backward pass visits, of each pooling window, only the switch, and only where ReLU let it through.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::batch::{ParameterSums, sum_over_batch};
use super::composed;
use super::geometry::{Convolution, LANES};
use super::points::Points;
use super::simd::{correlate, gather, scatter};
use super::switches::{Switches, offset_of_switch, pool_window, relu};
use super::values::{hold, values};

pub(super) const NAME: &str = "conv-pool";

/// `x`: `[batch, channels, height, width]`, `weights`: `[filters, channels, kernel, kernel]`, `bias`: `[filters]`.
/// Gives `[batch, filters, height / 2, width / 2]` and the pool's switches.
///
/// Without `pool` height and width stay and there are no switches.
///
/// # Errors
/// When shapes do not fit each other, the kernel is even, a pooled map is smaller than 2x2, a tensor is not f32, or they
/// are not all on one device.
pub fn conv_pool(x: &Tensor, weights: &Tensor, bias: &Tensor, pool: bool) -> Result<(Tensor, Option<Switches>)> {
    if !x.device().is_cpu() {
        return composed::conv_pool(x, weights, bias, pool);
    }
    let switches = pool.then(Switches::default);
    let op = ConvPool { switches: switches.clone() };
    let output = x.contiguous()?.apply_op3(&weights.contiguous()?, &bias.contiguous()?, op)?;
    Ok((output, switches))
}

struct ConvPool {
    switches: Option<Switches>,
}

/// Batch and shapes of a convolution, with a pool behind it or without.
pub(super) fn convolution(x: &Shape, weights: &Shape, bias: &Shape, pool: bool) -> Result<(usize, Convolution)> {
    let (batch, channels, height, width) = x.dims4()?;
    let (filters, weight_channels, kernel, kernel_width) = weights.dims4()?;
    let odd_square = kernel == kernel_width && kernel % 2 == 1;
    if weight_channels != channels || !odd_square || bias.dims() != [filters] {
        bail!("{NAME}: found weights {weights:?} and bias {bias:?} on a map {x:?}");
    }
    if pool && (height < 2 || width < 2) {
        bail!("{NAME}: found a map of {height}x{width}, expected at least 2x2 to pool it");
    }
    Ok((batch, Convolution { channels, filters, kernel, height, width }))
}

/// The forward pass of single images.
struct Forward {
    shape: Convolution,
    /// Weights in blocks of filters.
    blocks: Vec<f32>,
    /// Filled up with zeros to whole blocks.
    bias: Vec<f32>,
    pool: bool,
    /// Places of the patches under one row of the output; four a pixel, in the order of switches, where it is pooled.
    patches: Vec<usize>,
}

/// What a thread works with: the frame of an image, and one row of the output.
struct Scratch {
    frame: Vec<f32>,
    /// `[patches][filter blocks * LANES]`.
    row: Vec<f32>,
    /// `[width][filter blocks * LANES]`, and its switches.
    pooled: Vec<f32>,
    switches: Vec<u8>,
}

impl Forward {
    fn new(shape: Convolution, weights: &[f32], bias: &[f32], pool: bool) -> Self {
        let mut padded_bias = bias.to_vec();
        padded_bias.resize(shape.filter_blocks() * LANES, 0.0);
        let patches = if pool {
            let patch = |x: usize, switch: u8| {
                let (dy, dx) = offset_of_switch(switch);
                dy * shape.row_stride() + (2 * x + dx) * shape.channels
            };
            (0..shape.width / 2).flat_map(|x| (0..4).map(move |switch| patch(x, switch))).collect()
        } else {
            (0..shape.width).map(|x| x * shape.channels).collect()
        };
        Self { shape, blocks: shape.blocks(weights), bias: padded_bias, pool, patches }
    }

    /// (height, width) of the output.
    fn output_size(&self) -> (usize, usize) {
        let scale = if self.pool { 2 } else { 1 };
        (self.shape.height / scale, self.shape.width / scale)
    }

    fn scratch(&self) -> Scratch {
        let pixel = self.bias.len();
        let pooled = if self.pool { self.output_size().1 * pixel } else { 0 };
        Scratch {
            frame: vec![0.0; self.shape.frame_elements()],
            row: vec![0.0; self.patches.len() * pixel],
            pooled: vec![0.0; pooled],
            switches: vec![0; pooled],
        }
    }

    /// Writes one image's `output`, `[filters][height][width]`, and, where it is pooled, its `switches`.
    fn run(&self, scratch: &mut Scratch, x: &[f32], output: &mut [f32], switches: &mut [u8]) {
        let Scratch { frame, row, pooled, switches: row_switches } = scratch;
        let (height, width) = self.output_size();
        let pixel = self.bias.len();
        self.shape.fill_frame(x, frame);
        let rows_apart = self.shape.height / height * self.shape.row_stride();
        for y in 0..height {
            correlate(&self.shape, &frame[y * rows_apart..], &self.blocks, &self.bias, &self.patches, row);
            if self.pool {
                let pixels = pooled.chunks_exact_mut(pixel).zip(row_switches.chunks_exact_mut(pixel));
                for (window, (pooled, switches)) in row.chunks_exact(4 * pixel).zip(pixels) {
                    pool_window(window, pooled, switches);
                }
                write_row(pooled, pixel, &mut output[y * width..], height * width, width);
                write_row(row_switches, pixel, &mut switches[y * width..], height * width, width);
            } else {
                row.iter_mut().for_each(|value| *value = relu(*value));
                write_row(row, pixel, &mut output[y * width..], height * width, width);
            }
        }
    }
}

/// Writes a row of `width` pixels of `pixel` channels to the start of each of `planes`, which are `pixels` apart.
fn write_row<T: Copy>(row: &[T], pixel: usize, planes: &mut [T], pixels: usize, width: usize) {
    for (channel, plane) in planes.chunks_mut(pixels).enumerate() {
        for (to, &from) in plane[..width].iter_mut().zip(row[channel..].iter().step_by(pixel)) {
            *to = from;
        }
    }
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
        let pool = self.switches.is_some();
        let (batch, shape) = convolution(x_layout.shape(), weights_layout.shape(), bias_layout.shape(), pool)?;
        let (weights, bias) = (values(weights, weights_layout, NAME)?, values(bias, bias_layout, NAME)?);
        let forward = Forward::new(shape, weights, bias, pool);
        let (height, width) = forward.output_size();
        let elements = shape.filters * height * width;
        let mut output = vec![0.0; batch * elements];
        let x = values(x, x_layout, NAME)?.par_chunks_exact(shape.image_elements());
        let images = x.zip(output.par_chunks_exact_mut(elements));
        match &self.switches {
            Some(kept) => {
                let mut switches = vec![0; batch * elements];
                images.zip(switches.par_chunks_exact_mut(elements)).for_each_init(
                    || forward.scratch(),
                    |scratch, ((x, output), switches)| forward.run(scratch, x, output, switches),
                );
                kept.fill(switches);
            }
            None => images
                .for_each_init(|| forward.scratch(), |scratch, (x, output)| forward.run(scratch, x, output, &mut [])),
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
        let (batch, shape) = convolution(x.shape(), weights.shape(), bias.shape(), self.switches.is_some())?;
        let gradient = gradient.contiguous()?;
        let (x_held, weights_held, result_held, gradient_held) =
            (hold(x), hold(weights), hold(result), hold(&gradient));
        let x_values = x_held.values(NAME)?;
        let runs = shape.runs(weights_held.values(NAME)?);
        let (result, gradient) = (result_held.values(NAME)?, gradient_held.values(NAME)?);
        let elements = result.len() / batch;
        let mut x_gradient = x.track_op().then(|| vec![0.0; x_values.len()]);

        let sums = sum_over_batch(batch, x_gradient.as_deref_mut(), |images, mut x_gradients| {
            let mut sums = ParameterSums::new(runs.len(), shape.filters);
            let (mut points, mut frame) = (Points::default(), vec![0.0; shape.frame_elements()]);
            for (index, image) in images.enumerate() {
                let map = image * elements..(image + 1) * elements;
                let (result, gradient) = (&result[map.clone()], &gradient[map.clone()]);
                let switches = self.switches.as_ref().map(|switches| &switches.as_slice()[map]);
                points.collect(&shape, switches, |i| if result[i] > 0.0 { gradient[i] } else { 0.0 });
                for (filter, points) in points.lists() {
                    sums.bias[filter] += points.iter().map(|point| point.value).sum::<f32>();
                }
                shape.fill_frame(&x_values[image * shape.image_elements()..][..shape.image_elements()], &mut frame);
                gather(&shape, &frame, &points, &mut sums.weights);
                if let Some(x_gradients) = &mut x_gradients {
                    frame.fill(0.0);
                    scatter(&shape, &runs, &points, &mut frame);
                    let x_gradient = &mut x_gradients[index * shape.image_elements()..][..shape.image_elements()];
                    shape.read_frame(&frame, x_gradient, |_, value| value);
                }
            }
            sums
        });
        Ok((
            x_gradient.map(|x_gradient| Tensor::from_vec(x_gradient, x.shape(), x.device())).transpose()?,
            Some(Tensor::from_vec(shape.weights_of_runs(&sums.weights), weights.shape(), weights.device())?),
            Some(Tensor::from_vec(sums.bias, bias.shape(), bias.device())?),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::gradient_check::{assert_close, check_finite_differences, random_var};
    use super::*;

    #[test]
    fn equals_stock_convolution_pool_and_relu_with_their_gradients() -> Result<()> {
        for (pool, channels, filters, kernel, height, width) in [
            (true, 2, 4, 3, 6, 8),
            (true, 9, 17, 5, 4, 6),
            (false, 3, 20, 3, 5, 7),
            (true, 1, 16, 11, 8, 4),
            (false, 5, 2, 7, 3, 2),
        ] {
            let x = random_var(1, &[3, channels, height, width])?;
            let weights = random_var(2, &[filters, channels, kernel, kernel])?;
            let bias = random_var(3, &[filters])?;
            let (own, _) = conv_pool(&x, &weights, &bias, pool)?;
            let stock = x.conv2d(&weights, kernel / 2, 1, 1, 1)?.broadcast_add(&bias.reshape((1, filters, 1, 1))?)?;
            // By maxima over two axes: the gradient of candle's own pool is a quarter of the right one.
            let windows = (3, filters, height / 2, 2, width / 2, 2);
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
    fn filters_of_zeros_give_zeros_and_get_no_gradient() -> Result<()> {
        let x = random_var(1, &[2, 3, 4, 6])?;
        let weights = candle_core::Var::zeros((4, 3, 3, 3), candle_core::DType::F32, x.device())?;
        let bias = candle_core::Var::zeros(4, candle_core::DType::F32, x.device())?;
        let (h, switches) = conv_pool(&x, &weights, &bias, true)?;
        assert_eq!(h.max_all()?.to_scalar::<f32>()?, 0.0);
        assert!(switches.is_some_and(|switches| switches.as_slice().iter().all(|&switch| switch == 0)));
        let gradients = h.sum_all()?.backward()?;
        for var in [&x, &weights, &bias] {
            let gradient = gradients.get(var).unwrap().abs()?.max_all()?;
            assert_eq!(gradient.to_scalar::<f32>()?, 0.0);
        }
        Ok(())
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
