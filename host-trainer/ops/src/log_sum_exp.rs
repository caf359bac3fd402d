//! Log-sum-exp pooling of class maps (Eq. 7): between the mean (small s) and the maximum (large s) of a map.
//!
//! `y[c] = (1/s) * ln(mean over pixels of exp(s * map[c]))`, taken relative to the map's maximum so that it cannot
//! overflow. The gradient spreads over the pixels by the softmax of `s * map[c]`.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::composed;
use super::values::{hold, values};

const NAME: &str = "log-sum-exp";

struct LogSumExp {
    sharpness: f32,
}

/// Pools `[batch, classes, height, width]` to `[batch, classes]`; `sharpness` is s, positive.
///
/// # Errors
/// When `maps` is not a four-dimensional f32 tensor.
pub fn log_sum_exp(maps: &Tensor, sharpness: f32) -> Result<Tensor> {
    if !maps.device().is_cpu() {
        return composed::log_sum_exp(maps, sharpness);
    }
    maps.contiguous()?.apply_op1(LogSumExp { sharpness })
}

impl CustomOp1 for LogSumExp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, classes, height, width) = layout.shape().dims4()?;
        let pool = |map: &[f32]| {
            let most = map.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // f64: thousands of pixels that each add little must not be lost.
            let sum: f64 = map.iter().map(|&v| f64::from((self.sharpness * (v - most)).exp())).sum();
            most + ((sum / map.len() as f64).ln() / f64::from(self.sharpness)) as f32
        };
        let scores = values(storage, layout, NAME)?.par_chunks_exact(height * width).map(pool).collect();
        Ok((CpuStorage::F32(scores), Shape::from((batch, classes))))
    }

    fn bwd(&self, maps: &Tensor, scores: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        let (maps_held, scores_held, gradient_held) = (hold(maps), hold(scores), hold(&gradient));
        let maps_values = maps_held.values(NAME)?;
        let (scores, gradient) = (scores_held.values(NAME)?, gradient_held.values(NAME)?);
        let pixels = (maps_values.len() / scores.len().max(1)).max(1);
        let mut output = vec![0.0; maps_values.len()];
        let maps_with_output = output.par_chunks_exact_mut(pixels).zip(maps_values.par_chunks_exact(pixels));
        maps_with_output.zip(scores.par_iter().zip(gradient)).for_each(|((output, map), (&score, &g))| {
            // exp(s * v) / sum exp(s * v) = exp(s * (v - y)) / pixels.
            let share = g / pixels as f32;
            for (output, &v) in output.iter_mut().zip(map) {
                *output = share * (self.sharpness * (v - score)).exp();
            }
        });
        Tensor::from_vec(output, maps.shape(), maps.device()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::super::gradient_check::{assert_close, random_var};
    use super::*;

    #[test]
    fn equals_stock_operations_and_so_does_its_gradient() -> Result<()> {
        let maps = random_var(1, &[2, 3, 4, 5])?;
        let weights = random_var(2, &[2, 3])?;
        for sharpness in [0.5, 5.0] {
            let own = log_sum_exp(&maps, sharpness)?;
            let s = f64::from(sharpness);
            let sum = (maps.flatten_from(2)? * s)?.exp()?.mean(2)?;
            let stock = (sum.log()? / s)?;
            assert_close(&own, &stock, 1e-5)?;
            let own = (own * weights.as_tensor())?.sum_all()?.backward()?;
            let stock = (stock * weights.as_tensor())?.sum_all()?.backward()?;
            assert_close(own.get(&maps).unwrap(), stock.get(&maps).unwrap(), 1e-5)?;
        }
        Ok(())
    }

    #[test]
    fn does_not_overflow_and_keeps_a_constant() -> Result<()> {
        let maps = Tensor::full(300.0_f32, (1, 1, 4, 4), &Device::Cpu)?;
        assert_eq!(log_sum_exp(&maps, 5.0)?.to_vec2::<f32>()?, [[300.0]]);
        Ok(())
    }
}
