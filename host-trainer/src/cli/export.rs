//! `export`: quantizes a trained run again.

use std::path::PathBuf;

use indicatif::MultiProgress;

use super::threshold_args::ThresholdArgs;
use super::{Failure, command_line, summary};
use crate::data::DataSet;
use crate::run::{FinishOptions, RunFolder, finish};
use crate::train::stage_path;

/// Calibrates and quantizes a trained run again, without training.
///
/// Example: cargo xtask export --run runs/phantoms --threshold masks
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The run folder.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    #[command(flatten)]
    threshold: ThresholdArgs,
    /// Test images on which core and host model are compared, at every layer.
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    parity_images: usize,
    /// Where to write the new run folder [default: into the run itself].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let trained = RunFolder::existing(&args.run)?;
    let info = trained.info()?;
    let data = DataSet::open(&info.data, &info.open_options())?.without(&info.skipped)?;
    let stages = trained.float_stages()?;
    let folder = match &args.out {
        Some(out) => {
            let folder = RunFolder::new(out);
            folder.write_info(&info)?;
            for (stage, float) in stages.iter().enumerate() {
                float.save(&stage_path(out, stage))?;
            }
            let copied = std::fs::read(trained.log()).map_err(crate::files::FileError::of("read", &trained.log()))?;
            crate::files::write_atomically(&folder.log(), |file| std::io::Write::write_all(file, &copied))?;
            folder
        }
        None => trained,
    };
    let options = FinishOptions {
        rule: args.threshold.rule(),
        parity_images: args.parity_images,
        controls: Vec::new(),
        command: command_line(),
    };
    let finished = finish(&folder, &info, &data, &stages, &options, &MultiProgress::new())?;
    summary::print(&folder, &finished);
    Ok(())
}
