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
    /// Figure 2: the strongest activations of a convolution and of its deconvolution, as a plot.
    Fig2(fig2::Args),
    /// Figure 3: feature maps of a convolution, and what the deconvolution makes of them.
    Fig3(fig3::Args),
    /// Figure 4: class maps over the image, stage after stage, from the best image to the worst.
    Fig4(fig4::Args),
    /// Figure 5: the maps of each class over an image that shows it.
    Fig5(fig5::Args),
    /// Trains the network and its controls with every seed, and shows means and ranges on the test split.
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
