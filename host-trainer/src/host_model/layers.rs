//! Rules 3 to 6 on whole maps: candle's own convolution and transposed convolution, pooling and unpooling as masks.

use candle_core::{DType, Device, Result, Tensor};
use switchback::model::Model;

/// The largest value of a map.
const MAX_MAP: f64 = 255.0;

/// Output of a convolution: `[1, O, H, W]`, and the switches where it pools.
pub(super) struct Pooled {
    pub(super) map: Tensor,
    pub(super) switches: Option<Tensor>,
}

#[derive(Debug)]
pub(super) struct Convolution {
    weights: Tensor,
    bias: Tensor,
    multipliers: Tensor,
    padding: usize,
    pool: bool,
}

impl Convolution {
    pub(super) fn new(model: &Model<'_>, index: usize) -> Result<Self> {
        let layer = &model.network().encoder()[index];
        let arrays = model.convolution(index);
        Ok(Self {
            weights: weights(model, index)?,
            bias: channels(arrays.bias.iter().map(|b| b.get().into()))?,
            multipliers: channels(arrays.multipliers.iter().map(|r| r.get().into()))?,
            padding: layer.kernel / 2,
            pool: layer.pool,
        })
    }

    pub(super) fn run(&self, map: &Tensor) -> Result<Pooled> {
        let acc = map.conv2d(&self.weights, self.padding, 1, 1, 1)?.broadcast_add(&self.bias)?;
        if !self.pool {
            return Ok(Pooled { map: requantize(&acc, &self.multipliers)?, switches: None });
        }
        // [O, h, 2, w, 2] -> [O, h, w, 2*dy + dx]
        let (_, o, height, width) = acc.dims4()?;
        let (h, w) = (height / 2, width / 2);
        let windows = acc.narrow(2, 0, 2 * h)?.narrow(3, 0, 2 * w)?.contiguous()?.reshape((o, h, 2, w, 2))?;
        let windows = windows.permute((0, 1, 3, 2, 4))?.contiguous()?.reshape((o, h, w, 4))?;
        let maximum = windows.max_keepdim(3)?;
        // The first of the equal maxima in row-major order has the largest rank.
        let ranks = Tensor::new(&[4.0, 3.0, 2.0, 1.0], &Device::Cpu)?;
        let is_maximum = windows.broadcast_eq(&maximum)?.to_dtype(DType::F64)?;
        let switches = (4.0 - is_maximum.broadcast_mul(&ranks)?.max(3)?)?.unsqueeze(0)?;
        let pooled = maximum.squeeze(3)?.unsqueeze(0)?;
        Ok(Pooled { map: requantize(&pooled, &self.multipliers)?, switches: Some(switches) })
    }
}

#[derive(Debug)]
pub(super) struct Deconvolution {
    weights: Tensor,
    ratios: Tensor,
    bias: Tensor,
    multiplier: Tensor,
    kernel: usize,
    unpool: bool,
    height: usize,
    width: usize,
}

impl Deconvolution {
    pub(super) fn new(model: &Model<'_>, index: usize) -> Result<Self> {
        let layer = &model.network().decoder()[index];
        let arrays = model.convolution(layer.convolution);
        let multiplier = model.header().deconvolution_multipliers[index];
        Ok(Self {
            weights: weights(model, layer.convolution)?,
            ratios: channels(arrays.ratios.iter().map(|&m| m.into()))?,
            bias: channels(arrays.deconvolution_bias.iter().map(|b| b.get().into()))?,
            multiplier: channels(std::iter::once(multiplier.into()))?,
            kernel: layer.kernel,
            unpool: layer.unpool,
            height: layer.output.height,
            width: layer.output.width,
        })
    }

    pub(super) fn run(&self, map: &Tensor, switches: Option<&Tensor>) -> Result<Tensor> {
        let scaled = map.broadcast_mul(&self.ratios)?;
        let dense = match switches {
            Some(switches) if self.unpool => self.unpool(&scaled, switches)?,
            _ => scaled,
        };
        // Full transposed convolution, then the same padding cut off.
        let p = self.kernel / 2;
        let full = dense.conv_transpose2d(&self.weights, 0, 0, 1, 1)?;
        let acc = full.narrow(2, p, self.height)?.narrow(3, p, self.width)?.contiguous()?.broadcast_add(&self.bias)?;
        requantize(&acc, &self.multiplier)
    }

    /// Puts every value at the position of its switch in a 2x2 cell; an odd last row or column stays zero.
    fn unpool(&self, map: &Tensor, switches: &Tensor) -> Result<Tensor> {
        let (_, o, h, w) = map.dims4()?;
        let positions = (0..4)
            .map(|position| map.mul(&switches.eq(f64::from(position))?.to_dtype(DType::F64)?)?.reshape((o, h, w)))
            .collect::<Result<Vec<_>>>()?;
        let cells = Tensor::stack(&positions, 3)?.reshape((o, h, w, 2, 2))?;
        let dense = cells.permute((0, 1, 3, 2, 4))?.contiguous()?.reshape((1, o, 2 * h, 2 * w))?;
        dense.pad_with_zeros(2, 0, self.height - 2 * h)?.pad_with_zeros(3, 0, self.width - 2 * w)
    }
}

/// `[O, C, k, k]` from the file's `[O][ky][kx][C]`.
fn weights(model: &Model<'_>, index: usize) -> Result<Tensor> {
    let layer = &model.network().encoder()[index];
    let values: Vec<f64> = model.convolution(index).weights.iter().map(|&w| w.into()).collect();
    let shape = (layer.output.channels, layer.kernel, layer.kernel, layer.input.channels);
    Tensor::from_vec(values, shape, &Device::Cpu)?.permute((0, 3, 1, 2))?.contiguous()
}

fn channels(values: impl Iterator<Item = f64>) -> Result<Tensor> {
    let values: Vec<f64> = values.collect();
    let count = values.len();
    Tensor::from_vec(values, (1, count, 1, 1), &Device::Cpu)
}

/// Rule 4 with ReLU and saturation: every intermediate is exact in f64.
fn requantize(acc: &Tensor, multipliers: &Tensor) -> Result<Tensor> {
    let scaled = (acc.broadcast_mul(multipliers)? / 2f64.powi(32))?;
    (scaled + 0.5)?.floor()?.clamp(0.0, MAX_MAP)
}
