//! When a training has gone astray, and how often it is tried again.

use super::error::TrainError;

/// How often a phase is started again, each time with half the learning rate.
pub(super) const MAX_RETRIES: u32 = 3;

/// A mean loss of an epoch so many times that of a constant prediction is no longer learning.
const EXPLODED: f32 = 10.0;

/// What went astray.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Divergence {
    /// The loss or the gradient stopped being a number.
    #[error("step {step}: found loss {loss} and gradient norm {norm}, expected finite numbers")]
    NotFinite {
        /// From 1, counted over all phases.
        step: usize,
        /// Of the batch.
        loss: f32,
        /// Of the gradient over all tensors.
        norm: f32,
    },
    /// The loss is far above what it is without learning anything.
    #[error("epoch {epoch}: found mean loss {loss}, expected at most {most}, {EXPLODED} times that of no learning")]
    Exploded {
        /// From 1, within the phase.
        epoch: usize,
        /// Mean over the epoch.
        loss: f32,
        /// The largest that passes.
        most: f32,
    },
}

/// Refuses the mean loss of an epoch that is more than [`EXPLODED`] times both the loss of a constant prediction and the
/// loss at the phase's first step (new class maps may start high).
pub(super) fn check_epoch(epoch: usize, loss: f32, constant: f32, first: f32) -> Result<(), Divergence> {
    let most = EXPLODED * constant.max(first);
    if loss <= most { Ok(()) } else { Err(Divergence::Exploded { epoch, loss, most }) }
}

impl TrainError {
    /// Whether the phase may be started again after this error.
    pub(super) fn may_retry(&self) -> bool {
        matches!(self, Self::Diverged { tries, .. } if *tries <= MAX_RETRIES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_loss_far_above_both_references_has_exploded() {
        assert_eq!(check_epoch(1, 6.9, 0.7, 0.1), Ok(()));
        assert_eq!(check_epoch(1, 40.0, 0.7, 5.0), Ok(()));
        assert_eq!(check_epoch(2, 9.0, 0.5, 0.75), Err(Divergence::Exploded { epoch: 2, loss: 9.0, most: 7.5 }));
        assert!(check_epoch(1, f32::NAN, 0.7, 0.7).is_err());
    }
}
