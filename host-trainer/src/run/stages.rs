//! The networks of a run's stages, as they lie in its folder.

use switchback::model::Network;
use switchback::model::spec::NetworkSpec;

use super::{ModelFile, RunError, RunFolder};
use crate::float::{Decoding, FloatNetwork};
use crate::train::stage_path;

impl RunFolder {
    /// The float networks of all stages, stage 0 first.
    ///
    /// # Errors
    /// [`RunError`] names the file that is missing or cannot be used.
    pub fn float_stages(&self) -> Result<Vec<FloatNetwork>, RunError> {
        let spec = self.spec()?;
        let load = |stages: u8| {
            let path = stage_path(self.path(), stages.into());
            self.check_stage(&path)?;
            let network = Network::new(NetworkSpec { stages, ..spec.clone() });
            let network =
                network.map_err(|e| RunError::Unreadable { path: self.network(), reason: format!("network: {e}") })?;
            Ok(FloatNetwork::load(network, Decoding::Tied, &path)?)
        };
        (0..=spec.stages).map(load).collect()
    }

    /// The integer models of all stages, stage 0 first.
    ///
    /// # Errors
    /// [`RunError`] names the file that is missing or cannot be read.
    pub fn model_stages(&self) -> Result<Vec<ModelFile>, RunError> {
        let load = |stage: u8| {
            let path = self.stage_model(stage.into());
            self.check_stage(&path)?;
            Ok(ModelFile::read(&path)?)
        };
        (0..=self.spec()?.stages).map(load).collect()
    }

    fn check_stage(&self, file: &std::path::Path) -> Result<(), RunError> {
        if file.is_file() {
            return Ok(());
        }
        let missing = file.strip_prefix(self.path()).unwrap_or(file).to_path_buf();
        Err(RunError::NoStage { path: self.path().to_path_buf(), missing })
    }
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;

    #[test]
    fn a_run_without_its_stages_is_named_with_the_file_that_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path());
        run.write_spec(&NetworkSpec::table1(0.125, InputSpec { width: 96, height: 96, channels: 1 }, 2)).unwrap();
        let expected = |file: &str| {
            let run = folder.path().display();
            format!(
                "run folder {run}: found no {file}, expected the networks of all stages, which train-and-quantize writes"
            )
        };
        let float = run.float_stages().err().unwrap().to_string();
        assert_eq!(float, expected("stages/stage-0.safetensors"));
        assert_eq!(run.model_stages().unwrap_err().to_string(), expected("stages/stage-0.sbk"));
    }
}
