//! One phase of the staged training: its epochs and steps.

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use indicatif::MultiProgress;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::augment::{Slack, batches_per_epoch, epoch_views};
use super::checkpoint::{self, Position};
use super::error::TrainError;
use super::images::Images;
use super::log::Log;
use super::progress::{line, phase_bar};
use super::recipe::{PhaseRecipe, Recipe};
use super::schedule::learning_rate;
use super::sgd::Sgd;
use super::step::{Step, training_step};
use super::validation::validate;
use crate::float::FloatNetwork;

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

/// What all phases share.
pub(super) struct Trainer<'a> {
    pub seed: u64,
    pub recipe: &'a Recipe,
    pub train: Images,
    pub validation: Images,
    pub progress: &'a MultiProgress,
    pub log: Log,
    pub checkpoint: PathBuf,
    /// What a checkpoint of this run is told by.
    pub run: Value,
    /// Steps done over all phases.
    pub steps: usize,
}

impl Trainer<'_> {
    /// Trains `float` from epoch `first_epoch` of the phase to its end; after each epoch the log and a checkpoint are
    /// written.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] names the step at which the loss stopped being a number.
    pub fn run_phase(
        &mut self,
        phase: Phase,
        float: &FloatNetwork,
        sgd: &mut Sgd,
        first_epoch: usize,
    ) -> Result<(), TrainError> {
        let schedule = phase.recipe(self.recipe);
        if first_epoch >= schedule.epochs {
            return Ok(());
        }
        let per_epoch = batches_per_epoch(self.train.len(), self.recipe.batch);
        let bar = phase_bar(self.progress, &phase.to_string(), schedule.epochs * per_epoch);
        bar.set_position((first_epoch * per_epoch) as u64);
        bar.reset_eta();
        let (start, first_step) = (Instant::now(), self.steps);
        let (mut loss, mut validation) = (0.0, None);
        for epoch in first_epoch..schedule.epochs {
            loss = self.run_epoch(phase, epoch, float, sgd, &bar)?;
            validation = validate(float, phase, &self.validation)?;
            self.log.end_epoch(validation)?;
            let position = Position { phase, epochs: epoch + 1, steps: self.steps };
            checkpoint::save(&self.checkpoint, position, &self.run, float, sgd)?;
        }
        bar.finish_and_clear();
        let milliseconds = start.elapsed().as_secs_f64() * 1e3 / (self.steps - first_step).max(1) as f64;
        let validation = validation.map_or("none".into(), |figure| format!("{figure:.4}"));
        let epochs = schedule.epochs;
        let text = format!(
            "{phase}: {epochs} epochs, loss {loss:.4}, validation {validation}, {milliseconds:.0} ms a step, {:.0} s",
            start.elapsed().as_secs_f64()
        );
        line(self.progress, &text);
        Ok(())
    }

    /// Runs one epoch; returns its mean loss.
    fn run_epoch(
        &mut self,
        phase: Phase,
        epoch: usize,
        float: &FloatNetwork,
        sgd: &mut Sgd,
        bar: &indicatif::ProgressBar,
    ) -> Result<f32, TrainError> {
        let schedule = phase.recipe(self.recipe);
        let input = float.network().input();
        let slack = Slack { width: self.train.width - input.width, height: self.train.height - input.height };
        let epochs = epoch_views(self.seed, phase, epoch, self.train.len(), self.recipe.batch, slack);
        let (batches, mut sum) = (epochs.len(), 0.0);
        for (index, views) in epochs.iter().enumerate() {
            let (images, targets) = self.train.batch(views, input.width, input.height)?;
            let rate = learning_rate(&schedule, self.recipe.warmup_steps, epoch, epoch * batches + index);
            let Step { loss, norm } = training_step(phase, float, sgd, self.recipe, rate, (&images, &targets))?;
            self.steps += 1;
            if !(loss.is_finite() && norm.is_finite()) {
                return Err(TrainError::Diverged { phase, epoch: epoch + 1, step: self.steps, loss, norm });
            }
            self.log.step(phase, epoch + 1, self.steps, loss, rate);
            sum += loss;
            bar.set_message(format!("loss {:.4}", sum / (index + 1) as f32));
            bar.inc(1);
        }
        Ok(sum / batches.max(1) as f32)
    }
}
