//! The models that are measured: a person's, or those that `bench-inputs` makes.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::count::Count;
use crate::error::XtaskError;
use crate::{host_program, paths, process};

/// The package and program that makes models.
const GENERATOR: &str = "bench-inputs";

/// The models of one measurement.
pub struct Models {
    /// Their files.
    pub paths: Vec<PathBuf>,
    /// Whether every way to compute their layers is measured.
    pub every_plan: bool,
    /// What a person's model is called.
    name: Option<String>,
    is_generated: bool,
}

impl Models {
    /// Whole networks of random weights.
    ///
    /// # Errors
    /// [`XtaskError`] when they cannot be made.
    pub fn networks() -> Result<Self, XtaskError> {
        Ok(Self { paths: generate("networks")?, every_plan: false, name: None, is_generated: true })
    }

    /// Single layers of random weights.
    ///
    /// # Errors
    /// [`XtaskError`] when they cannot be made.
    pub fn layers() -> Result<Self, XtaskError> {
        Ok(Self { paths: generate("layers")?, every_plan: true, name: None, is_generated: true })
    }

    /// A person's model; without a name its CRC-32 is one.
    pub fn given(path: PathBuf, name: Option<String>) -> Self {
        Self { paths: vec![path], every_plan: false, name, is_generated: false }
    }

    /// The counts under the model's name in the kept counts.
    pub fn named(&self, mut counts: Vec<Count>) -> Vec<Count> {
        if !self.is_generated {
            for count in &mut counts {
                count.model = self.name.clone().unwrap_or_else(|| count.crc32.clone());
            }
        }
        counts
    }
}

fn generate(which: &str) -> Result<Vec<PathBuf>, XtaskError> {
    let folder = paths::target_folder().join("bench-inputs").join(which);
    let mut program = Command::new(host_program::build(GENERATOR)?);
    program.arg(which).arg(&folder).stderr(Stdio::inherit());
    let failed = || XtaskError::Build { what: format!("the models in {}", folder.display()) };
    Ok(process::output(&mut program).ok_or_else(failed)?.lines().map(PathBuf::from).collect())
}
