//! `experiment table4`: the paper's Table 4 on any data with several classes.

use super::Failure;
use super::training_args::{Training, TrainingArgs};
use crate::data::DataSet;
use crate::experiment::{self, Arm, Unsuitable, check_classes, check_masks};

/// Table 4: IoU of each class, a row a stage. Needs several classes of objects.
///
/// Example: cargo xtask experiment table4 --data objects --input 160x160 --seeds 3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let arms = &[Arm::Product];
    args.training.run(&Training { name: "table4", arms, check, findings: experiment::table4 })
}

fn check(data: &DataSet, name: &str) -> Result<(), Unsuitable> {
    check_classes(data, name)?;
    check_masks(data, name)
}
