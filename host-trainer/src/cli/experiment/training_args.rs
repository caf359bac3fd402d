//! What all experiments of several trainings have in common: their arguments, and the loop over seeds, data and arms.

use std::path::{Path, PathBuf};

use indicatif::MultiProgress;

use super::seeds::{self, Seeds};
use super::{Failure, absolute, command_line};
use crate::cli::data_args::DataArgs;
use crate::cli::network_args::NetworkArgs;
use crate::cli::recipe_args::RecipeArgs;
use crate::cli::threshold_args::ThresholdArgs;
use crate::data::DataSet;
use crate::experiment::{Arm, ExperimentError, Findings, Setting, Trial, Unsuitable, run_trial};
use crate::run::data_name;
use crate::train::Devices;

/// Data, network, training and seeds.
#[derive(Debug, clap::Args)]
pub struct TrainingArgs {
    /// Folder of labelled images, with masks to judge by; may be given several times.
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    data_args: DataArgs,
    /// Seeds of the trainings: how many (3 are 0,1,2), or a list (0,1,2; the single seed 7 is 7,).
    #[arg(long, value_name = "N|LIST", value_parser = seeds::parse, default_value = "3")]
    seeds: Seeds,
    #[command(flatten)]
    recipe: RecipeArgs,
    #[command(flatten)]
    threshold: ThresholdArgs,
    /// Folder of the trainings, NAME/ARM-seedN each; what another experiment has trained there is not trained again
    /// [default: trainings in --out].
    #[arg(long, value_name = "DIR")]
    trainings: Option<PathBuf>,
    /// Folder of the results: report.html, experiment.json, CSV, SVG and PNG [default: runs/ and the experiment's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// An experiment of trainings.
pub struct Training<'a> {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What is trained.
    pub arms: &'a [Arm],
    /// Refuses data that it cannot be made with; it is given the data set's name.
    pub check: fn(&DataSet, &str) -> Result<(), Unsuitable>,
    /// What the trials say.
    pub findings: fn(&[Trial]) -> Result<Findings, ExperimentError>,
}

impl TrainingArgs {
    /// Trains what is not trained yet, with every seed, data set and arm; writes what is found after each training, so
    /// that a long experiment can be read while it runs, and prints its tables at the end.
    pub fn run(&self, experiment: &Training<'_>) -> Result<(), Failure> {
        let out = self.out.clone().unwrap_or_else(|| Path::new("runs").join(experiment.name));
        let devices = self.recipe.device.open()?;
        let data = self.open(experiment)?;
        let settings = data.iter().map(|data| self.setting(data, &devices, &out)).collect::<Result<Vec<_>, _>>()?;
        let progress = MultiProgress::new();
        let (seeds, command) = (&self.seeds.0, command_line());
        let trainings = seeds.len() * settings.len() * experiment.arms.len();
        let mut trials: Vec<Trial> = Vec::new();
        let mut findings = Findings::default();
        for &seed in seeds {
            for setting in &settings {
                for &arm in experiment.arms {
                    let number = trials.len() + 1;
                    eprintln!("{number} of {trainings}: {}, {}, seed {seed}", data_name(setting.data), arm.name());
                    trials.push(run_trial(setting, arm, seed, &progress)?);
                    findings = (experiment.findings)(&trials)?;
                    findings.write(&out, experiment.name, &command, &trials)?;
                }
            }
        }
        println!("{}report  {}", findings.to_text(), out.join("report.html").display());
        Ok(())
    }

    /// Opens and checks all data before anything is trained.
    fn open(&self, experiment: &Training<'_>) -> Result<Vec<DataSet>, Failure> {
        // One split for all seeds: they differ in weights, order and crops.
        let options = self.data_args.options(0);
        let mut opened: Vec<DataSet> = Vec::new();
        for path in &self.data {
            let data = DataSet::open(&absolute(path), &options)?;
            let name = data_name(&data);
            if opened.iter().any(|other| data_name(other) == name) {
                return Err(ExperimentError::from(Unsuitable::SameName { data: name }).into());
            }
            (experiment.check)(&data, &name).map_err(ExperimentError::from)?;
            opened.push(data);
        }
        Ok(opened)
    }

    fn setting<'d>(&self, data: &'d DataSet, devices: &'d Devices, out: &Path) -> Result<Setting<'d>, Failure> {
        let spec = self.network.network(data.task, data.classes.len())?.spec().clone();
        let preset = self.network.preset_or(if self.network.is_paper() { "tb" } else { "microcontroller" });
        let recipe = self.recipe.recipe(&spec, &preset)?;
        let trainings = self.trainings.clone().unwrap_or_else(|| out.join("trainings"));
        let out = trainings.join(data_name(data));
        Ok(Setting { spec, recipe, data, rule: self.threshold.rule(), resume: true, devices, out })
    }
}
