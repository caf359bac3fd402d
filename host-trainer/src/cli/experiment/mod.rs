//! `experiment`: what the paper shows, on any data: its tables by several trainings, its figures from a trained run.

mod ablation;
mod controls;
mod scale;
mod seeds;
mod table3;
mod table4;
mod training_args;

use super::{Failure, absolute, command_line};

/// Makes a table or figure of the paper: by several trainings, which go on where they were interrupted, or from a trained run.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    experiment: Experiment,
}

#[derive(Debug, clap::Subcommand)]
enum Experiment {
    /// Table 3: IoU without deconvolution and after each stage, a row a data set.
    Table3(table3::Args),
    /// Table 4: IoU of each class, a row a stage.
    Table4(table4::Args),
    /// What each part of the method is worth: networks without it beside the product's.
    Ablation(ablation::Args),
    /// IoU, pointing and detection against the size of the findings, a curve a stage.
    Scale(scale::Args),
    /// Trains the network and its controls with every seed, and shows means and ranges on the test split.
    Controls(controls::Args),
}

pub fn run(args: Args) -> Result<(), Failure> {
    match args.experiment {
        Experiment::Table3(args) => table3::run(&args),
        Experiment::Table4(args) => table4::run(&args),
        Experiment::Ablation(args) => ablation::run(&args),
        Experiment::Scale(args) => scale::run(&args),
        Experiment::Controls(args) => controls::run(&args),
    }
}
