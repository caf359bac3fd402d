//! `experiment scale`: what each stage finds of small and of large lesions.

use super::Failure;
use super::training_args::{Training, TrainingArgs};
use crate::experiment::{self, Arm, check_masks};

/// IoU, pointing and detection against the size of the findings, a curve a stage.
///
/// Example: cargo xtask experiment scale --data scans --seeds 3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let arms = &[Arm::Product];
    args.training.run(&Training { name: "scale", arms, check: check_masks, findings: experiment::scale })
}
