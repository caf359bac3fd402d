//! `experiment ablation`: networks without a part of the method beside the product's.

use clap::ValueEnum;

use super::Failure;
use super::training_args::{Training, TrainingArgs};
use crate::experiment::{self, Arm, check_masks};

/// What each part of the method is worth: the last stage of networks without it, and the difference to the product's.
///
/// Example: cargo xtask experiment ablation --data scans --arms untied,nearest-unpooling --seeds 3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
    /// What is trained beside the product [default: all of them].
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ARM,…")]
    arms: Option<Vec<Arm>>,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let others = args.arms.as_deref().unwrap_or(Arm::value_variants());
    let mut arms = vec![Arm::Product];
    arms.extend(others.iter().copied().filter(|&arm| arm != Arm::Product));
    args.training.run(&Training { name: "ablation", arms: &arms, check: check_masks, findings: experiment::ablation })
}
