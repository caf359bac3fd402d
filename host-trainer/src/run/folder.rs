//! Where everything lies in a run folder, and `run.json`, which says what the run is.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use switchback::model::spec::NetworkSpec;

use super::RunError;
use crate::data::OpenOptions;
use crate::files::{FileError, write_atomically};
use crate::train::Recipe;

/// The folder of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder(PathBuf);

/// What the run was asked for: the whole of `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Version of the format.
    pub format: u32,
    /// The command line.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// Seed of the training, and of the split where one was drawn.
    pub seed: u64,
    /// The data set's folder, as an absolute path.
    pub data: PathBuf,
    /// The negative class, where it was named.
    pub negative: Option<String>,
    /// The folder of masks, as an absolute path, where it was named.
    pub masks: Option<PathBuf>,
    /// Names of images that were left out because they cannot be read.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// Wall time of the training in seconds; 0 until it is done.
    pub training_seconds: f64,
}

impl RunInfo {
    /// How the run's data set was opened.
    pub fn open_options(&self) -> OpenOptions {
        OpenOptions { seed: self.seed, negative: self.negative.clone(), masks: self.masks.clone() }
    }
}

impl RunFolder {
    /// The folder at `path`, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// A folder that holds a trained run.
    ///
    /// # Errors
    /// [`RunError::NotARun`] names what is missing.
    pub fn existing(path: &Path) -> Result<Self, RunError> {
        for missing in ["run.json", "network.toml", "float.safetensors"] {
            if !path.join(missing).is_file() {
                return Err(RunError::NotARun { path: path.to_path_buf(), missing });
            }
        }
        Ok(Self::new(path))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `model.sbk`.
    pub fn model(&self) -> PathBuf {
        self.0.join("model.sbk")
    }

    /// `float.safetensors`.
    pub fn float(&self) -> PathBuf {
        self.0.join("float.safetensors")
    }

    /// `network.toml`.
    pub fn network(&self) -> PathBuf {
        self.0.join("network.toml")
    }

    /// `metrics.json`.
    pub fn metrics(&self) -> PathBuf {
        self.0.join("metrics.json")
    }

    /// `plan.json`.
    pub fn plan(&self) -> PathBuf {
        self.0.join("plan.json")
    }

    /// `report.html`.
    pub fn report(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// `data.json`.
    pub fn data(&self) -> PathBuf {
        self.0.join("data.json")
    }

    /// `recipe.toml`.
    pub fn recipe(&self) -> PathBuf {
        self.0.join("recipe.toml")
    }

    /// `log.csv`.
    pub fn log(&self) -> PathBuf {
        self.0.join("log.csv")
    }

    /// The integer model of one stage.
    pub fn stage_model(&self, stage: usize) -> PathBuf {
        self.0.join("stages").join(format!("stage-{stage}.sbk"))
    }

    /// Writes `run.json`.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn write_info(&self, info: &RunInfo) -> Result<(), FileError> {
        write_json(&self.0.join("run.json"), info)
    }

    /// Reads `run.json`.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be read.
    pub fn info(&self) -> Result<RunInfo, RunError> {
        let path = self.0.join("run.json");
        let text = std::fs::read_to_string(&path).map_err(FileError::of("read", &path))?;
        serde_json::from_str(&text).map_err(|e| RunError::Unreadable { path, reason: e.to_string() })
    }

    /// Writes `network.toml`.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be written.
    pub fn write_spec(&self, spec: &NetworkSpec) -> Result<(), RunError> {
        write_toml(&self.network(), spec)
    }

    /// Writes `recipe.toml`.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be written.
    pub fn write_recipe(&self, recipe: &Recipe) -> Result<(), RunError> {
        write_toml(&self.recipe(), recipe)
    }

    /// Reads `network.toml`.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be read.
    pub fn spec(&self) -> Result<NetworkSpec, RunError> {
        read_toml(&self.network())
    }
}

/// Reads a TOML file; an error names the file, the line and the key.
///
/// # Errors
/// [`RunError`] when it cannot be read.
pub(crate) fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, RunError> {
    let text = std::fs::read_to_string(path).map_err(FileError::of("read", path))?;
    toml::from_str(&text).map_err(|e| RunError::Unreadable { path: path.into(), reason: e.to_string().trim().into() })
}

fn write_toml(path: &Path, value: &impl Serialize) -> Result<(), RunError> {
    let text = toml::to_string(value).map_err(|e| RunError::Unreadable { path: path.into(), reason: e.to_string() })?;
    Ok(write_atomically(path, |file| std::io::Write::write_all(file, text.as_bytes()))?)
}

/// Writes a JSON file, whole or not at all.
///
/// # Errors
/// [`FileError`] when it cannot be written.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FileError> {
    write_atomically(path, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        std::io::Write::write_all(file, b"\n")
    })
}
