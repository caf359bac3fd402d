//! `experiment`: what the paper shows, on any data: its tables by several trainings, its figures from a trained run.

mod ablation;
mod controls;
mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod run_args;
mod scale;
mod seeds;
mod table3;
mod table4;
mod training_args;

use super::{Failure, absolute, command_line};

/// Makes a table or figure of the paper: by several trainings, or from a trained run.
///
/// Trainings go on where they were interrupted; `cargo xtask experiment NAME --help` says the rest.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    experiment: Experiment,
}

// Each is described where its arguments are, with an example.
#[derive(Debug, clap::Subcommand)]
enum Experiment {
    Table3(table3::Args),
    Table4(table4::Args),
    Ablation(ablation::Args),
    Scale(scale::Args),
    Fig2(fig2::Args),
    Fig3(fig3::Args),
    Fig4(fig4::Args),
    Fig5(fig5::Args),
    Controls(controls::Args),
}

pub fn run(args: Args) -> Result<(), Failure> {
    match args.experiment {
        Experiment::Table3(args) => table3::run(&args),
        Experiment::Table4(args) => table4::run(&args),
        Experiment::Ablation(args) => ablation::run(&args),
        Experiment::Scale(args) => scale::run(&args),
        Experiment::Fig2(args) => fig2::run(&args),
        Experiment::Fig3(args) => fig3::run(&args),
        Experiment::Fig4(args) => fig4::run(&args),
        Experiment::Fig5(args) => fig5::run(&args),
        Experiment::Controls(args) => controls::run(&args),
    }
}
