//! `experiment fig2`: the strongest activations before and after deconvolution.

use super::Failure;
use super::run_args::RunArgs;
use crate::experiment;

/// Figure 2: the 10,000 largest activations of a convolution and of the deconvolution that gives its map back.
///
/// Example: cargo xtask experiment fig2 --run runs/phantoms --layer conv3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// The convolution, by its name in plan and taps [default: that of the last deconvolution's map, the finest].
    #[arg(long, value_name = "convN")]
    layer: Option<String>,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let source = args.run.source()?;
    args.run.finish("fig2", &experiment::fig2(&source, args.layer.as_deref())?)
}
