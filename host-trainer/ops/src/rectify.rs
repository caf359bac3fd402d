//! Leaky ReLU: `max(x, leak * x)`; a leak of 0 is ReLU.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use super::composed;
use super::values::{hold, values};

const NAME: &str = "rectify";

struct Rectify {
    leak: f32,
}

/// `x` where positive, else `leak * x`. `leak` is at least 0 and below 1; it keeps a gradient in maps that are nowhere
/// positive. The gradient at zero is `leak`.
///
/// # Errors
/// When `x` is not an f32 tensor.
pub fn rectify(x: &Tensor, leak: f32) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return composed::rectify(x, leak);
    }
    x.contiguous()?.apply_op1(Rectify { leak })
}

impl CustomOp1 for Rectify {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let slope = |&x: &f32| if x > 0.0 { x } else { self.leak * x };
        let output = values(storage, layout, NAME)?.iter().map(slope).collect();
        Ok((CpuStorage::F32(output), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        let (x_held, gradient_held) = (hold(x), hold(&gradient));
        let slope = |(&x, &g): (&f32, &f32)| if x > 0.0 { g } else { self.leak * g };
        let output: Vec<f32> = x_held.values(NAME)?.iter().zip(gradient_held.values(NAME)?).map(slope).collect();
        Tensor::from_vec(output, x.shape(), x.device()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn slopes() -> Result<()> {
        let x = Var::new(&[-2.0_f32, 0.0, 3.0], &Device::Cpu)?;
        let y = rectify(&x, 0.25)?;
        assert_eq!(y.to_vec1::<f32>()?, [-0.5, 0.0, 3.0]);
        let gradient = y.backward()?;
        assert_eq!(gradient.get(&x).map(|g| g.to_vec1::<f32>()).transpose()?, Some(vec![0.25, 0.25, 1.0]));
        Ok(())
    }
}
