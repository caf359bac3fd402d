//! `experiment fig4`: class maps stage after stage.

use super::Failure;
use super::run_args::RunArgs;
use crate::experiment;

/// Figure 4: class maps over the image, stage after stage, of images evenly spread from the best to the worst.
///
/// Example: cargo xtask experiment fig4 --run runs/phantoms --images 6
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// How many images.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=100))]
    images: u16,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let source = args.run.source()?;
    args.run.finish("fig4", &experiment::fig4(&source, args.images.into())?)
}
