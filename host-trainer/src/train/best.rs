//! The best epoch of a phase by its validation figure, for early stop.

use std::collections::BTreeMap;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::float::{FloatError, FloatNetwork};

/// The epoch whose weights are kept: the one with the greatest figure, of equal ones the last.
pub(super) struct Best {
    pub epoch: BestEpoch,
    pub weights: BTreeMap<String, Tensor>,
}

/// Which epoch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BestEpoch {
    /// Bits of the validation figure (f64): a decimal form need not read back as the same number.
    figure: u64,
    /// The epoch whose weights are kept, from 1.
    pub epoch: usize,
    /// The epoch at which the figure was reached first: an equal one later is no progress.
    reached: usize,
}

impl BestEpoch {
    fn figure(self) -> f64 {
        f64::from_bits(self.figure)
    }

    /// Whether no epoch of the last `patience`, up to `epochs`, was better than all before.
    pub fn stands_still(self, epochs: usize, patience: usize) -> bool {
        epochs >= self.reached + patience
    }

    /// What is best after `epoch` with `figure`; `self` where that is a worse one.
    fn after(best: Option<Self>, epoch: usize, figure: f64) -> Option<Self> {
        match best {
            Some(best) if figure < best.figure() => Some(best),
            Some(best) if figure == best.figure() => Some(Self { epoch, ..best }),
            _ => Some(Self { figure: figure.to_bits(), epoch, reached: epoch }),
        }
    }
}

/// Takes the weights after `epoch` (from 1) where no earlier figure is greater.
///
/// # Errors
/// [`FloatError::Compute`] when memory for the copy cannot be had.
pub(super) fn update(
    best: &mut Option<Best>,
    epoch: usize,
    figure: f64,
    float: &FloatNetwork,
) -> Result<(), FloatError> {
    let Some(after) = BestEpoch::after(best.as_ref().map(|best| best.epoch), epoch, figure) else { return Ok(()) };
    if after.epoch == epoch {
        let copy = |(name, var): (&String, &candle_core::Var)| Ok((name.clone(), var.copy()?.detach()));
        *best =
            Some(Best { epoch: after, weights: float.tensors().iter().map(copy).collect::<Result<_, FloatError>>()? });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_epochs_is_kept_and_is_no_progress() {
        let figures = [0.5, 0.8, 0.7, 0.8, 0.6];
        let mut best = None;
        let mut still = Vec::new();
        for (index, figure) in figures.into_iter().enumerate() {
            best = BestEpoch::after(best, index + 1, figure);
            still.push(best.unwrap().stands_still(index + 1, 2));
        }
        assert_eq!(best, Some(BestEpoch { figure: 0.8_f64.to_bits(), epoch: 4, reached: 2 }));
        assert_eq!(still, [false, false, false, true, true]);
    }
}
