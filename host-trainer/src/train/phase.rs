//! The phases of the staged training, and the steps of an epoch.

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::thread;

use indicatif::{MultiProgress, ProgressBar};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::augment::{Augmentation, epoch_views};
use super::balance::ClassBalance;
use super::devices::{Devices, Replicas};
use super::divergence::Divergence;
use super::error::TrainError;
use super::images::Images;
use super::log::Log;
use super::loss::Loss;
use super::recipe::{PhaseRecipe, Recipe};
use super::schedule::learning_rate;
use super::state::PhaseState;
use super::step::{Step, training_step};

/// A phase of the staged training (section 4.2), in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Convolutions and fully connected layers learn to classify.
    Classification,
    /// Class maps on the top map: stage 0.
    Baseline,
    /// One deconvolution stage more, from 1.
    Stage(u8),
}

impl Phase {
    /// A number of its own, for seeds.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Classification => 0,
            Self::Baseline => 1,
            Self::Stage(stage) => 1 + u64::from(stage),
        }
    }

    /// How many deconvolution stages its network has.
    pub fn stages(self) -> u8 {
        match self {
            Self::Classification | Self::Baseline => 0,
            Self::Stage(stage) => stage,
        }
    }

    /// Its part of the recipe.
    pub(super) fn recipe(self, recipe: &Recipe) -> PhaseRecipe {
        match self {
            Self::Classification => recipe.classification,
            Self::Baseline => recipe.baseline,
            Self::Stage(_) => recipe.stage,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classification => f.write_str("classification"),
            Self::Baseline => f.write_str("baseline"),
            Self::Stage(stage) => write!(f, "stage-{stage}"),
        }
    }
}

/// Batches that are made before they are asked for.
const BATCHES_AHEAD: usize = 1;

/// What all phases share.
pub(super) struct Trainer<'a> {
    pub devices: &'a Devices,
    pub seed: u64,
    pub recipe: &'a Recipe,
    pub train: Images,
    pub validation: Images,
    pub progress: &'a MultiProgress,
    pub log: Log,
    pub loss: Loss,
    pub balance: ClassBalance,
    /// The run as it was after the last epoch.
    pub checkpoint: PathBuf,
    /// The run as it was before the phase.
    pub phase_start: PathBuf,
    /// What a checkpoint of this run is told by.
    pub run: Value,
    /// Steps done over all phases.
    pub steps: usize,
}

impl Trainer<'_> {
    /// Runs one epoch; returns its mean loss.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] names the step at which the loss stopped being a number.
    pub(super) fn run_epoch(
        &mut self,
        phase: Phase,
        schedule: &PhaseRecipe,
        state: &mut PhaseState,
        bar: &ProgressBar,
    ) -> Result<f32, TrainError> {
        let epoch = state.epochs;
        let input = state.float.network().input();
        let augmentation = Augmentation {
            slack_width: self.train.width - input.width,
            slack_height: self.train.height - input.height,
            flip: self.recipe.flip,
            exposure: self.recipe.exposure,
        };
        let epochs = epoch_views(self.seed, phase, epoch, self.train.len(), self.recipe.batch, augmentation);
        let (batches, mut sum) = (epochs.len(), 0.0);
        let images = &self.train;
        let PhaseState { float, sgd, .. } = &mut *state;
        let replicas = Replicas::on_all(float, self.devices)?;
        let (sender, receiver) = sync_channel(BATCHES_AHEAD);
        let astray = thread::scope(|scope| {
            // Crops are made while the step before them runs; nobody listens any more when a step has failed.
            scope.spawn(move || {
                for views in epochs {
                    if sender.send(images.batch(&views, input.width, input.height)).is_err() {
                        break;
                    }
                }
            });
            for (index, batch) in receiver.into_iter().enumerate() {
                let (images, targets) = batch?;
                let rate = learning_rate(schedule, self.recipe.warmup_steps, epoch, epoch * batches + index);
                let batch = (&images, &targets);
                let Step { loss, norm } = training_step(phase, &replicas, sgd, self.recipe, &self.loss, rate, batch)?;
                self.steps += 1;
                if !(loss.is_finite() && norm.is_finite()) {
                    return Ok(Some(Divergence::NotFinite { step: self.steps, loss, norm }));
                }
                self.log.step(phase, epoch + 1, self.steps, loss, rate);
                sum += loss;
                bar.set_message(format!("loss {:.4}", sum / (index + 1) as f32));
                bar.inc(1);
            }
            Ok::<_, TrainError>(None)
        })?;
        if let Some(cause) = astray {
            return Err(state.diverged(phase, schedule, cause));
        }
        Ok(sum / batches.max(1) as f32)
    }
}
