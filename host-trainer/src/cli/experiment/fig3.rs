//! `experiment fig3`: feature maps before and after deconvolution.

use super::Failure;
use super::run_args::RunArgs;
use crate::experiment::{self, ExperimentError};

/// Figure 3: feature maps of a convolution, and below each the same of the deconvolution that gives its map back.
///
/// Four channels an image: those of the largest activations.
///
/// Example: cargo xtask experiment fig3 --run runs/phantoms --layer conv3 --images 2
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// The convolution, by its name in plan and taps [default: that of the last deconvolution's map, the finest].
    #[arg(long, value_name = "convN")]
    layer: Option<String>,
    /// How many images: those that the final stage marks best.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    images: u16,
    /// An image of the test split by its name, in place of the best; may be given several times.
    #[arg(long, value_name = "NAME", conflicts_with = "images")]
    image: Vec<String>,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let source = args.run.source()?;
    let named = source.named(&args.image).map_err(ExperimentError::from)?;
    args.run.finish("fig3", &experiment::fig3(&source, args.layer.as_deref(), named, args.images.into())?)
}
