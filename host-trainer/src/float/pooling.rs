//! From a class map to one score: the product's way, and those of what it is compared with.

use candle_core::{D, Result, Tensor};
use serde::{Deserialize, Serialize};
use training_ops::log_sum_exp;

/// Global pooling of class maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// Between mean and maximum, by the head's sharpness (Eq. 7; GP-LSE, Pinheiro & Collobert 2015).
    #[default]
    LogSumExp,
    /// The maximum (FC-MIL, Pathak et al. 2014).
    Max,
    /// The mean.
    Average,
}

impl Pooling {
    /// `[batch, maps]` of maps `[batch, maps, height, width]`.
    pub(super) fn pool(self, maps: &Tensor, sharpness: f32) -> Result<Tensor> {
        match self {
            Self::LogSumExp => log_sum_exp(maps, sharpness),
            Self::Max => maps.flatten_from(2)?.max(D::Minus1),
            Self::Average => maps.flatten_from(2)?.mean(D::Minus1),
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn log_sum_exp_lies_between_mean_and_maximum_and_all_have_gradients() -> Result<()> {
        let maps = Var::new(&[[[[0.0_f32, 0.5], [0.25, 1.0]]]], &Device::Cpu)?;
        let pooled = |pooling: Pooling| pooling.pool(&maps, 5.0)?.get(0)?.get(0)?.to_scalar::<f32>();
        let (mean, most) = (pooled(Pooling::Average)?, pooled(Pooling::Max)?);
        assert_eq!((mean, most), (0.4375, 1.0));
        assert!((mean..most).contains(&pooled(Pooling::LogSumExp)?));
        for (pooling, expected) in [(Pooling::Max, [0.0, 0.0, 0.0, 1.0]), (Pooling::Average, [0.25; 4])] {
            let gradients = pooling.pool(&maps, 5.0)?.sum_all()?.backward()?;
            let gradient = gradients.get(&maps).unwrap().flatten_all()?.to_vec1::<f32>()?;
            assert_eq!(gradient, expected, "{pooling:?}");
        }
        Ok(())
    }
}
