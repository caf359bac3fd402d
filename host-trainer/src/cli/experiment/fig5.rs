//! `experiment fig5`: the maps of each class.

use super::Failure;
use super::run_args::RunArgs;
use crate::experiment;

/// Figure 5: the maps of each class over the images that the network is surest of. Needs several classes of objects.
///
/// Example: cargo xtask experiment fig5 --run runs/objects --images 1
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// How many images a class.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10))]
    images: u16,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let source = args.run.source()?;
    args.run.finish("fig5", &experiment::fig5(&source, args.images.into())?)
}
