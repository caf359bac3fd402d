//! What all figures of a trained run have in common: their arguments, and what is written.

use std::path::{Path, PathBuf};

use super::{Failure, absolute, command_line};
use crate::experiment::{Findings, OtherData, RunSource};

/// The run, its images, and where the figure goes.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// The run folder.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// Another data set than the run's; its test split is drawn.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Name of the negative class, where it is not an obvious one.
    #[arg(long, value_name = "CLASS")]
    negative: Option<String>,
    /// Folder of the results: report.html, experiment.json, CSV and PNG [default: runs/ and the figure's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl RunArgs {
    /// Opens the run and loads its test split.
    pub fn source(&self) -> Result<RunSource, Failure> {
        let other = OtherData { path: self.data.as_deref().map(absolute), negative: self.negative.clone() };
        Ok(RunSource::open(&self.run, &other)?)
    }

    /// Writes the figure and says what was found.
    pub fn finish(&self, name: &str, findings: &Findings) -> Result<(), Failure> {
        let out = self.out.clone().unwrap_or_else(|| Path::new("runs").join(name));
        findings.write(&out, name, &command_line(), &[])?;
        println!("{}report  {}", findings.to_text(), out.join("report.html").display());
        Ok(())
    }
}
