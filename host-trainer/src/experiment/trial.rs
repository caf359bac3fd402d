//! One arm with one seed.

use std::path::{Path, PathBuf};

use indicatif::{MultiProgress, ProgressBar};
use serde::{Deserialize, Serialize};
use switchback::model::spec::NetworkSpec;

use super::{Arm, Unsuitable};
use crate::data::{DataSet, Split};
use crate::evaluation::{EvaluationSet, OperatingRule, judge_float};
use crate::files::FileError;
use crate::float::{FloatNetwork, Method};
use crate::metrics::{ControlResult, StageResult};
use crate::quantize::Identity;
use crate::run::{RunError, calibrate, calibration_images, identity, quantize_stage, write_json};
use crate::train::{Devices, IMAGE_MEMORY, Recipe, TrainError, TrainOptions, train};

/// What all trials of an experiment share.
pub struct Setting<'a> {
    /// The product's network.
    pub spec: NetworkSpec,
    /// The product's training.
    pub recipe: Recipe,
    /// Images, labels and, for judging, masks.
    pub data: &'a DataSet,
    /// How thresholds are chosen.
    pub rule: OperatingRule,
    /// Whether trials that were finished or interrupted before, with the same data, network and recipe, are gone on with.
    pub resume: bool,
    /// What they are computed on.
    pub devices: &'a Devices,
    /// Where each trial's folder goes.
    pub out: PathBuf,
}

/// What a trial reached: its `trial.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Which arm.
    pub arm: Arm,
    /// Which seed.
    pub seed: u64,
    /// Name of the data set.
    #[serde(default)]
    pub data: String,
    /// CRC-32 of the data set's list, as in the model files.
    pub data_crc32: u32,
    /// What was trained.
    pub network: NetworkSpec,
    /// How it was trained.
    pub recipe: Recipe,
    /// How its thresholds were chosen.
    #[serde(default)]
    pub rule: OperatingRule,
    /// Figures on the test split, stage 0 first; as floats, and as integers where the core has the layers.
    pub results: Vec<StageResult>,
}

/// A trial that failed.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// In training.
    #[error("{arm}, seed {seed}")]
    Train {
        /// The arm's name.
        arm: &'static str,
        /// The seed.
        seed: u64,
        /// Why.
        source: TrainError,
    },
    /// In judging, reading or writing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Lines of a CSV file that cannot be written.
    #[error("CSV")]
    Csv(#[from] csv::Error),
    /// A data set or run that does not suit the experiment.
    #[error(transparent)]
    Unsuitable(#[from] Unsuitable),
}

impl ExperimentError {
    /// What to do next, where that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unsuitable(error) => Some(error.help().to_owned()),
            Self::Run(RunError::Data(error)) => error.help(),
            Self::Train { source, .. } => source.help(),
            Self::Run(_) | Self::Csv(_) => None,
        }
    }
}

/// Trains and judges one arm with one seed: as floats, and as integers where the core has its layers.
///
/// # Errors
/// [`ExperimentError`] names the arm and seed.
pub fn run_trial(
    setting: &Setting<'_>,
    arm: Arm,
    seed: u64,
    progress: &MultiProgress,
) -> Result<Trial, ExperimentError> {
    let out = setting.out.join(format!("{}-seed{seed}", arm.name()));
    let file = out.join("trial.json");
    let network = arm.spec(&setting.spec);
    let recipe = arm.recipe(&setting.recipe, &setting.spec);
    let identity = identity(setting.data, seed);
    if setting.resume
        && let Some(trial) = finished(&file)?
        && trial.is_of(identity.data_crc32, &network, &recipe, setting.rule)
    {
        return Ok(Trial { data: identity.data, ..trial });
    }
    let options = TrainOptions {
        seed,
        recipe: recipe.clone(),
        method: arm.method(),
        resume: setting.resume,
        image_memory: IMAGE_MEMORY,
        out,
    };
    let train_error = |source| ExperimentError::Train { arm: arm.name(), seed, source };
    let networks = train(&network, setting.data, &options, setting.devices, progress).map_err(train_error)?;
    let results = judge_stages(setting, &identity, &networks)?;
    let (data, data_crc32) = (identity.data, identity.data_crc32);
    let trial = Trial { arm, seed, data, data_crc32, network, recipe, rule: setting.rule, results };
    write_json(&file, &trial).map_err(RunError::from)?;
    Ok(trial)
}

impl Trial {
    /// Whether it trained this network in this way on these images, and judged it so.
    fn is_of(&self, data_crc32: u32, network: &NetworkSpec, recipe: &Recipe, rule: OperatingRule) -> bool {
        (self.data_crc32, &self.network, &self.recipe, self.rule) == (data_crc32, network, recipe, rule)
    }

    /// What the trial adds to the tables of a run: its last stage, as integers where it has them.
    pub fn control(&self) -> Option<ControlResult> {
        let result = self.results.last()?.clone();
        Some(ControlResult { name: self.arm.description().to_owned(), result })
    }
}

fn finished(file: &Path) -> Result<Option<Trial>, RunError> {
    if !file.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(file).map_err(FileError::of("read", file))?;
    let unreadable = |e: serde_json::Error| RunError::Unreadable { path: file.into(), reason: e.to_string() };
    serde_json::from_str(&text).map(Some).map_err(unreadable)
}

fn judge_stages(
    setting: &Setting<'_>,
    identity: &Identity,
    networks: &[FloatNetwork],
) -> Result<Vec<StageResult>, RunError> {
    let Some(last) = networks.last() else { return Ok(Vec::new()) };
    let bar = ProgressBar::hidden();
    let load = |split| EvaluationSet::load(setting.data, split, last.network(), &bar);
    let (validation, test) = (load(Split::Val)?, load(Split::Test)?);
    let sets = (&validation, &test);
    let images = calibration_images(setting.data, last)?;
    let mut results = Vec::new();
    for (stage, float) in networks.iter().enumerate() {
        if float.method() == Method::default() {
            results.extend(quantize_stage(float, stage, identity, &images, sets, setting.rule, &bar)?.results);
        } else {
            let map_scale = calibrate(float, &images, &bar)?.map_scale();
            let result = judge_float(float, stage, map_scale, setting.rule, sets, &bar)?;
            results.push(StageResult { macs: Some(float.network().macs()), ..result });
        }
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;

    #[test]
    fn a_trial_counts_for_its_own_data_network_recipe_and_rule_only() {
        let network = NetworkSpec::table1(0.125, InputSpec { width: 96, height: 96, channels: 1 }, 2);
        let recipe = Recipe::default_for(&network);
        let rule = OperatingRule::default();
        let trial = Trial {
            arm: Arm::Product,
            seed: 0,
            data: "scans".into(),
            data_crc32: 7,
            network: network.clone(),
            recipe: recipe.clone(),
            rule,
            results: Vec::new(),
        };
        assert!(trial.is_of(7, &network, &recipe, rule));
        assert!(!trial.is_of(8, &network, &recipe, rule));
        assert!(!trial.is_of(7, &NetworkSpec { stages: 0, ..network.clone() }, &recipe, rule));
        assert!(!trial.is_of(7, &network, &recipe, OperatingRule { false_alarms: 0.5, ..rule }));
        assert!(!trial.is_of(7, &network, &Recipe { leak: 0.5, ..recipe }, rule));
    }
}
