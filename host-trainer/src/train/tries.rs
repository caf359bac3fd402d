//! One phase from its first epoch to its last: tried again where it goes astray, stopped early where it stands still.

use std::time::Instant;

use indicatif::ProgressBar;

use super::augment::batches_per_epoch;
use super::checkpoint;
use super::devices::Replicas;
use super::divergence::check_epoch;
use super::error::TrainError;
use super::phase::{Phase, Trainer};
use super::progress::{line, line_without_bars, phase_bar};
use super::recipe::{PhaseRecipe, TrainedConvolutions};
use super::state::PhaseState;
use super::validation::{Validation, figure_name, validate};
use crate::float::{FloatNetwork, Supervision};

impl Trainer<'_> {
    /// Trains a phase from where `state` is to its end; after each epoch the log and a checkpoint are written. A try that
    /// goes astray is said and started again from the weights before the phase, with half the learning rate.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] with the reason, when the smallest rate went astray too.
    pub fn run_phase(&mut self, phase: Phase, mut state: PhaseState) -> Result<FloatNetwork, TrainError> {
        if state.epochs == 0 && state.retries == 0 && phase.recipe(self.recipe).epochs > 0 {
            checkpoint::save(&self.phase_start, phase, self.steps, &self.run, &state)?;
        }
        loop {
            match self.run_try(phase, &mut state) {
                Err(error) if error.may_retry() => state = self.restart(phase, state, error)?,
                Err(error) => return Err(error),
                Ok(()) => return Ok(state.float),
            }
        }
    }

    /// The phase as it was before its first epoch, for one more try; the log of this one is dropped.
    fn restart(&mut self, phase: Phase, state: PhaseState, error: TrainError) -> Result<PhaseState, TrainError> {
        let Some(start) = checkpoint::load(&self.phase_start, &self.run)? else { return Err(error) };
        line(self.progress, &format!("{error}; starting again with half of it"));
        self.steps = start.position.steps;
        self.log.drop_after(self.steps);
        let network = state.float.network().clone();
        let state =
            PhaseState { retries: state.retries + 1, ..start.into_state(network, state.float.method(), self.recipe)? };
        checkpoint::save(&self.checkpoint, phase, self.steps, &self.run, &state)?;
        Ok(state)
    }

    /// The epochs that are left, then the weights of the best one where the recipe has `patience`.
    fn run_try(&mut self, phase: Phase, state: &mut PhaseState) -> Result<(), TrainError> {
        let schedule = phase.recipe(self.recipe).slowed(state.retries);
        if state.is_done(&schedule) {
            state.keep_best()?;
            return Ok(());
        }
        if phase != Phase::Classification && self.recipe.trained == TrainedConvolutions::Tied {
            state.float.freeze_untied_convolutions();
        }
        let per_epoch = batches_per_epoch(self.train.len(), self.recipe.batch);
        let bar = phase_bar(self.progress, &phase.to_string(), schedule.epochs * per_epoch);
        bar.set_position((state.epochs * per_epoch) as u64);
        bar.reset_eta();
        let (start, first_step) = (Instant::now(), self.steps);
        let (mut loss, mut validation) = self.end_to_end_epoch(phase, &schedule, state, &bar)?;
        while !state.is_done(&schedule) {
            (loss, validation) = self.end_to_end_epoch(phase, &schedule, state, &bar)?;
        }
        bar.finish_and_clear();
        let (last, kept) = (state.epochs, state.keep_best()?);
        if kept != last {
            validation = self.validate(phase, state)?;
        }
        let epochs = match (last == schedule.epochs, kept == last) {
            (true, true) => format!("{last} epochs"),
            _ => format!("{last} of {} epochs, weights of epoch {kept}", schedule.epochs),
        };
        let (seconds, steps) = (start.elapsed().as_secs_f64(), self.steps - first_step);
        let of_scores = phase == Phase::Classification || state.float.method().supervision == Supervision::Scores;
        let constant = format!(" (constant prediction {:.4})", self.balance.constant_loss());
        let text = format!(
            "{phase}: {epochs}, loss {loss:.4}{}, {}, {:.0} ms a step, {seconds:.0} s",
            if of_scores { &constant } else { "" },
            self.figure(validation),
            seconds * 1e3 / steps.max(1) as f64,
        );
        line(self.progress, &text);
        for warning in warnings(&schedule, validation) {
            line(self.progress, &format!("{phase}: warning: {warning}"));
        }
        Ok(())
    }

    /// One epoch with all that follows it; returns its mean loss and what the validation split says.
    fn end_to_end_epoch(
        &mut self,
        phase: Phase,
        schedule: &PhaseRecipe,
        state: &mut PhaseState,
        bar: &ProgressBar,
    ) -> Result<(f32, Validation), TrainError> {
        let start = Instant::now();
        let loss = self.run_epoch(phase, schedule, state, bar)?;
        let first_loss = self.log.first_loss(phase).unwrap_or(loss);
        check_epoch(state.epochs + 1, loss, self.balance.constant_loss(), first_loss)
            .map_err(|cause| state.diverged(phase, schedule, cause))?;
        let validation = self.validate(phase, state)?;
        state.end_epoch(validation.figure, schedule)?;
        self.log.end_epoch(validation.figure)?;
        checkpoint::save(&self.checkpoint, phase, self.steps, &self.run, state)?;
        let figure = self.figure(validation);
        bar.set_prefix(format!("{phase}, {figure}"));
        let (epoch, epochs, seconds) = (state.epochs, schedule.epochs, start.elapsed().as_secs_f64());
        line_without_bars(self.progress, || {
            format!("{phase} {epoch}/{epochs}: loss {loss:.4}, validation {figure}, {seconds:.1} s")
        });
        Ok((loss, validation))
    }

    fn validate(&self, phase: Phase, state: &PhaseState) -> Result<Validation, TrainError> {
        let replica = Replicas::on_first(&state.float, self.devices)?;
        validate(phase, replica.first(), &self.validation)
    }

    /// The validation figure with its name.
    fn figure(&self, validation: Validation) -> String {
        let value = validation.figure.map_or("none".into(), |figure| format!("{figure:.4}"));
        format!("{} {value}", figure_name(self.balance.objective()))
    }
}

/// What a person should know about the end of a phase.
fn warnings(schedule: &PhaseRecipe, validation: Validation) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if validation.constant {
        warnings.push(
            "the network is dead: it gives the same output everywhere on the validation split; lower the phase's \
             learning_rate, or give the recipe a leak, a clip or a warm-up",
        );
    }
    if validation.figure.is_none() && schedule.patience.is_some() {
        warnings.push("a class has no image in the validation split, so there was no figure to stop by");
    }
    warnings
}
