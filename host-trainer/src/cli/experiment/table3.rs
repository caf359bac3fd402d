//! `experiment table3`: the paper's Table 3 on any data.

use super::Failure;
use super::training_args::{Training, TrainingArgs};
use crate::experiment::{self, Arm, check_masks};

/// Table 3: IoU without deconvolution and after each stage, a row a data set; pointing and score as well.
///
/// Example: cargo xtask experiment table3 --data scans --data teeth --seeds 3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let arms = &[Arm::Product];
    args.training.run(&Training { name: "table3", arms, check: check_masks, findings: experiment::table3 })
}
