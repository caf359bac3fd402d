//! A phase at the end of an epoch: all that the next epoch depends on.

use super::best::{self, Best};
use super::divergence::Divergence;
use super::error::TrainError;
use super::phase::Phase;
use super::recipe::PhaseRecipe;
use super::sgd::Sgd;
use crate::float::FloatNetwork;

/// A phase in training.
pub(super) struct PhaseState {
    pub float: FloatNetwork,
    pub sgd: Sgd,
    /// Epochs done.
    pub epochs: usize,
    /// Times that the phase was started again, each time with half the learning rate.
    pub retries: u32,
    /// With `patience`: the best epoch so far, unless no epoch had a validation figure.
    pub best: Option<Best>,
}

impl PhaseState {
    /// Before the first epoch.
    pub fn new(float: FloatNetwork, sgd: Sgd) -> Self {
        Self { float, sgd, epochs: 0, retries: 0, best: None }
    }

    /// Counts an epoch with its validation figure.
    pub fn end_epoch(&mut self, figure: Option<f64>, schedule: &PhaseRecipe) -> Result<(), TrainError> {
        self.epochs += 1;
        if let (Some(figure), Some(_)) = (figure, schedule.patience) {
            best::update(&mut self.best, self.epochs, figure, &self.float)?;
        }
        Ok(())
    }

    /// Whether all epochs are done, or the validation figure stands still.
    pub fn is_done(&self, schedule: &PhaseRecipe) -> bool {
        let still = self.best.as_ref().zip(schedule.patience);
        self.epochs >= schedule.epochs
            || still.is_some_and(|(best, patience)| best.epoch.stands_still(self.epochs, patience))
    }

    /// The error of a try that went astray.
    pub fn diverged(&self, phase: Phase, schedule: &PhaseRecipe, cause: Divergence) -> TrainError {
        TrainError::Diverged { phase, tries: self.retries + 1, learning_rate: schedule.learning_rate, cause }
    }

    /// Goes back to the weights of the best epoch, where there is one; returns the epoch (from 1) whose weights are left.
    pub fn keep_best(&mut self) -> Result<usize, TrainError> {
        let Some(Best { epoch, weights }) = self.best.take() else { return Ok(self.epochs) };
        self.float = FloatNetwork::from_stored(self.float.network().clone(), self.float.method(), weights)?;
        Ok(epoch.epoch)
    }
}
