//! What all figures of a trained run have in common: their arguments, and what is written.

use std::path::{Path, PathBuf};

use super::{Failure, absolute, command_line};
use crate::cli::data_args::DataArgs;
use crate::experiment::{Findings, RunSource};
use crate::run::RunInfo;

/// The run, its images, and where the figure goes.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// The run folder.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// Another data set than the run's; its test split is drawn.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    data_args: DataArgs,
    /// Folder of the results: report.html, experiment.json, CSV and PNG [default: runs/ and the figure's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl RunArgs {
    /// Opens the run and loads its test split.
    pub fn source(&self) -> Result<RunSource, Failure> {
        let other = self.data.as_deref().map(absolute);
        let options = |info: &RunInfo| self.data_args.options_of(Some(info), other.is_some());
        Ok(RunSource::open(&self.run, other.as_deref(), options)?)
    }

    /// Writes the figure and says what was found.
    pub fn finish(&self, name: &str, findings: &Findings) -> Result<(), Failure> {
        let out = self.out.clone().unwrap_or_else(|| Path::new("runs").join(name));
        findings.write(&out, name, &command_line(), &[])?;
        println!("{}report  {}", findings.to_text(), out.join("report.html").display());
        Ok(())
    }
}
