//! A trained run and the images that figures are made of.

use std::path::{Path, PathBuf};

use super::{ExperimentError, Unsuitable};
use crate::data::{DataSet, OpenOptions, Split};
use crate::engine::Prediction;
use crate::evaluation::{EvaluationSet, core_predictions, image_iou, ranked_positives};
use crate::float::FloatNetwork;
use crate::run::{ModelFile, RunError, RunFolder, RunInfo, bar, data_name};

/// A trained run with its test split.
pub struct RunSource {
    /// Name of the data set.
    pub data: String,
    /// The run folder.
    pub run: PathBuf,
    /// The float networks of all stages, stage 0 first.
    pub floats: Vec<FloatNetwork>,
    /// The integer models of all stages, stage 0 first.
    pub models: Vec<ModelFile>,
    /// The test split at the network's size.
    pub test: EvaluationSet,
}

/// The final stage's integers on the test split.
pub struct FinalStage {
    /// One an image.
    pub predictions: Vec<Prediction>,
    /// Positive images, the one with the largest overlap first.
    pub ranking: Vec<usize>,
    /// Overlap of each image at the stored threshold, where it can be judged.
    pub overlaps: Vec<Option<f64>>,
}

impl RunSource {
    /// Opens a run folder with its own images or those of `other`, opened as `options` says of the run.
    ///
    /// # Errors
    /// [`ExperimentError`] names what is missing, or the classes that do not fit.
    pub fn open(
        run: &Path,
        other: Option<&Path>,
        options: impl FnOnce(&RunInfo) -> OpenOptions,
    ) -> Result<Self, ExperimentError> {
        let folder = RunFolder::existing(run)?;
        let info = folder.info()?;
        let (floats, models) = (folder.float_stages()?, folder.model_stages()?);
        let options = options(&info);
        let data = match other {
            Some(path) => DataSet::open(path, &options).map_err(RunError::from)?,
            None => DataSet::open(&info.data, &options)
                .and_then(|data| data.without(&info.skipped))
                .map_err(RunError::from)?,
        };
        let name = data_name(&data);
        // A run has its baseline at least.
        let network = floats.last().map(FloatNetwork::network).ok_or(Unsuitable::NoStage { data: name.clone() })?;
        if network.classes() != data.classes.len() {
            let (found, expected) = (data.classes.len(), network.classes());
            return Err(Unsuitable::Classes { data: name, found, expected }.into());
        }
        let bar = bar("loading test images");
        let test = EvaluationSet::load(&data, Split::Test, network, &bar).map_err(RunError::from)?;
        bar.finish_and_clear();
        Ok(Self { data: name, run: run.to_path_buf(), floats, models, test })
    }

    /// Runs the final stage's integers over the test split.
    ///
    /// # Errors
    /// [`ExperimentError`] when the model cannot be read or run.
    pub fn final_stage(&self) -> Result<FinalStage, ExperimentError> {
        let last = self.models.len().saturating_sub(1);
        let (predictions, threshold) = self.integers(last, &self.test)?;
        let overlaps = image_iou((&self.test, &predictions), threshold).map_err(RunError::from)?;
        let ranking = ranked_positives(&self.test, &predictions, &overlaps);
        Ok(FinalStage { predictions, ranking, overlaps })
    }

    /// Predictions of a stage's integers, and its stored threshold.
    ///
    /// # Errors
    /// [`ExperimentError`] when the model cannot be read or run.
    pub fn integers(&self, stage: usize, set: &EvaluationSet) -> Result<(Vec<Prediction>, u8), ExperimentError> {
        let file = self.models.get(stage).ok_or(Unsuitable::NoStage { data: self.data.clone() })?;
        let model = file.model().map_err(RunError::from)?;
        let bar = bar(&format!("stage {stage}"));
        bar.set_length(set.len() as u64);
        let predictions = core_predictions(&model, &set.images, &bar).map_err(RunError::from)?;
        bar.finish_and_clear();
        Ok((predictions, model.header().head.mask_threshold))
    }

    /// The test images of the given names, by place.
    ///
    /// # Errors
    /// [`Unsuitable::NoImage`] names the first that there is none of.
    pub fn named(&self, names: &[String]) -> Result<Vec<usize>, Unsuitable> {
        let place = |name: &String| {
            let found = self.test.names.iter().position(|other| other == name);
            found.ok_or_else(|| Unsuitable::NoImage { data: self.data.clone(), name: name.clone() })
        };
        names.iter().map(place).collect()
    }

    /// How a figure was made, for its page.
    pub(super) fn facts(&self, engine: &str) -> Vec<(String, String)> {
        [
            ("run", self.run.display().to_string()),
            ("data", self.data.clone()),
            ("images", format!("{} of the test split", self.test.len())),
            ("engine", engine.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// What made a figure.
pub(super) const FLOAT: &str = "float: the network as trained";
pub(super) const INT8: &str = "int8: the integer core on the host, the same integers as on a device";
