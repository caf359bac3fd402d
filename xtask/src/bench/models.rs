//! The models that are measured: a person's, or those that `bench-inputs` makes.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::count::Count;
use crate::error::XtaskError;
use crate::{host_program, paths, process};

/// The package and program that makes models.
const GENERATOR: &str = "bench-inputs";

/// What is measured of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The fastest plan, compared with the definitions on the board.
    Networks,
    /// Every way to compute the layers.
    Layers,
    /// The fastest plan in little memory, compared with the definitions on the host.
    FullWidth,
}

impl Scope {
    /// What the measuring program is told.
    pub const fn argument(self) -> Option<&'static str> {
        match self {
            Self::Networks => None,
            Self::Layers => Some("plans"),
            Self::FullWidth => Some("host"),
        }
    }

    /// The most that the arena may have, where the board has more.
    pub const fn arena_bytes(self) -> Option<u32> {
        match self {
            Self::FullWidth => Some(512 * 1024),
            _ => None,
        }
    }
}

/// The models of one measurement.
pub struct Models {
    /// Their files.
    pub paths: Vec<PathBuf>,
    /// What is measured of them.
    pub scope: Scope,
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
        Self::generated("networks", Scope::Networks)
    }

    /// Single layers of random weights.
    ///
    /// # Errors
    /// [`XtaskError`] when they cannot be made.
    pub fn layers() -> Result<Self, XtaskError> {
        Self::generated("layers", Scope::Layers)
    }

    /// Table 1 at its own width, of random weights.
    ///
    /// # Errors
    /// [`XtaskError`] when it cannot be made.
    pub fn full_width() -> Result<Self, XtaskError> {
        Self::generated("full", Scope::FullWidth)
    }

    fn generated(which: &str, scope: Scope) -> Result<Self, XtaskError> {
        Ok(Self { paths: generate(which)?, scope, name: None, is_generated: true })
    }

    /// A person's model; without a name its CRC-32 is one.
    pub fn given(path: PathBuf, name: Option<String>) -> Self {
        Self { paths: vec![path], scope: Scope::Networks, name, is_generated: false }
    }

    /// What each tap has to give, where it is known: in this project's file, or beside the model of full width.
    pub fn checksums(&self) -> Option<PathBuf> {
        match self.scope {
            Scope::FullWidth => self.paths.first().map(|path| path.with_extension("csv")),
            _ => self.is_generated.then(paths::layer_checksums),
        }
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
