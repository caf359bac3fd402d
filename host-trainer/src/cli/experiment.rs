//! `experiment`: the product beside its controls, over several seeds.

use std::path::PathBuf;

use indicatif::MultiProgress;
use serde::Serialize;

use super::data_args::DataArgs;
use super::network_args::NetworkArgs;
use super::recipe_args::RecipeArgs;
use super::threshold_args::ThresholdArgs;
use super::{Failure, absolute, command_line};
use crate::data::DataSet;
use crate::experiment::{Arm, Setting, Summary, Trial, run_trial, summarize, table};
use crate::run::{RunError, write_json};

/// Runs an experiment of several trainings; one that was interrupted goes on where it was.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    experiment: Experiment,
}

#[derive(Debug, clap::Subcommand)]
enum Experiment {
    /// Trains the network and its controls with every seed, and shows means and ranges on the test split.
    ///
    /// Example: cargo xtask experiment controls --data scans --input 160x160 --seeds 0,1,2 --out runs/controls
    #[command(verbatim_doc_comment)]
    Controls(Controls),
}

#[derive(Debug, clap::Args)]
struct Controls {
    /// Folder of labelled images, with masks to judge by.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    data_args: DataArgs,
    /// Seeds of the trainings.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2")]
    seeds: Vec<u64>,
    /// What is trained.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [
        Arm::Product, Arm::TrainedAsLong, Arm::Shallow, Arm::ShallowEqual, Arm::Untied, Arm::NearestUnpooling,
    ])]
    arms: Vec<Arm>,
    #[command(flatten)]
    recipe: RecipeArgs,
    #[command(flatten)]
    threshold: ThresholdArgs,
    /// Folder of the trials and of experiment.json.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The whole of `experiment.json`.
#[derive(Serialize)]
struct ExperimentFile<'a> {
    format: u32,
    command: String,
    version: &'static str,
    rows: &'a [Summary],
    trials: &'a [Trial],
}

pub fn run(args: Args) -> Result<(), Failure> {
    match args.experiment {
        Experiment::Controls(args) => controls(&args),
    }
}

fn controls(args: &Controls) -> Result<(), Failure> {
    let progress = MultiProgress::new();
    // One split for all seeds: they differ in weights, order and crops.
    let data = DataSet::open(&absolute(&args.data), &args.data_args.options(0))?;
    let spec = args.network.network(data.task, data.classes.len())?.spec().clone();
    let preset = args.network.preset_or(if args.network.is_paper() { "tb" } else { "microcontroller" });
    let recipe = args.recipe.recipe(&spec, &preset)?;
    let setting =
        Setting { spec, recipe, data: &data, rule: args.threshold.rule(), resume: true, out: args.out.clone() };
    let mut trials = Vec::new();
    for &seed in &args.seeds {
        for &arm in &args.arms {
            eprintln!("{}, seed {seed}", arm.name());
            trials.push(run_trial(&setting, arm, seed, &progress)?);
            let rows = summarize(&trials);
            let file = ExperimentFile {
                format: 1,
                command: command_line(),
                version: env!("CARGO_PKG_VERSION"),
                rows: &rows,
                trials: &trials,
            };
            write_json(&args.out.join("experiment.json"), &file).map_err(RunError::from)?;
        }
    }
    println!("{}", table(&summarize(&trials)));
    Ok(())
}
