//! `experiment controls`: the product beside its controls, stage by stage.

use super::Failure;
use super::training_args::{Training, TrainingArgs};
use crate::experiment::{self, Arm};

/// Trains the network and its controls with every seed, and shows means and ranges on the test split.
///
/// Example: cargo xtask experiment controls --data scans --input 160x160 --seeds 0,1,2 --out runs/controls
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    training: TrainingArgs,
    /// What is trained.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [
        Arm::Product, Arm::TrainedAsLong, Arm::Shallow, Arm::ShallowEqual, Arm::Untied, Arm::NearestUnpooling,
    ])]
    arms: Vec<Arm>,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    // Without masks the scores can be compared all the same.
    let check = |_: &_, _: &_| Ok(());
    args.training.run(&Training { name: "controls", arms: &args.arms, check, findings: experiment::controls })
}
