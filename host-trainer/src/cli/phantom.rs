//! `phantom`: a generated data set.

use std::path::PathBuf;

use super::Failure;
use crate::phantom::{Counts, PhantomOptions, write_data_set};
use crate::run::bar;

/// Writes a generated data set of chest-X-ray-like images with masks.
///
/// Example: cargo xtask phantom --out phantoms --count 500 --size 160x160
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder to make; it must not hold anything yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Number of images, about eight in ten to train on, one to validate and one to test.
    #[arg(long, value_name = "N", default_value_t = Counts::default().total())]
    count: usize,
    /// Size of the images.
    #[arg(long, value_name = "WxH", default_value = "96x96", value_parser = super::parse_size)]
    size: (u16, u16),
    /// Selects the images.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let default = Counts::default();
    let share = |part: usize| (args.count * part).div_ceil(default.total());
    let (val, test) = (share(default.val), share(default.test));
    let counts = Counts { train: args.count.saturating_sub(val + test), val, test };
    let options = PhantomOptions { width: args.size.0.into(), height: args.size.1.into(), seed: args.seed };
    let bar = bar("drawing phantoms");
    write_data_set(&args.out, &options, counts, &bar)?;
    bar.finish_and_clear();
    println!("{} images  {}", counts.total(), args.out.display());
    Ok(())
}
