//! What a report is made from.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::metrics::{EvidenceMap, LabelMap, Metrics, MetricsError};

/// Everything that a report shows.
#[derive(Clone, Debug)]
pub struct ReportInput {
    /// The page's heading.
    pub title: String,
    /// What the evidence is evidence of, in the words of the data set: `tumour`, `lesion`, `an object`.
    pub finding: String,
    /// What was trained on what: name and value, in the order to show.
    pub facts: Vec<(String, String)>,
    /// The training log, in the order of time; may be empty.
    pub log: Vec<LossRow>,
    /// The results.
    pub metrics: Metrics,
    /// The stages that every tile shows, in the order to show.
    pub stages: Vec<StageColumn>,
    /// Test images.
    pub tiles: Vec<Tile>,
}

/// A line of the training log, as in `log.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossRow {
    /// The training phase: classifier, baseline, stage 1, …
    pub phase: String,
    /// Optimizer step within the phase.
    pub step: u64,
    /// Mean loss of the step's batch.
    pub loss: f64,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Loss on the validation split after the step, where it was measured.
    pub validation: Option<f64>,
}

/// A column of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageColumn {
    /// The column's heading: `stage 2, int8`.
    pub name: String,
    /// Level, 1 to 255, where the column's slider starts.
    pub threshold: u8,
}

/// A test image and what each stage says about it.
#[derive(Clone, Debug)]
pub struct Tile {
    /// The image's name.
    pub name: String,
    /// Its true label in words.
    pub label: String,
    /// The final stage's score.
    pub score: f32,
    /// The image as the network saw it.
    pub image: RgbImage,
    /// The class of every pixel (see [`LabelMap`]), where it is known; any resolution.
    pub truth: Option<ByteMap>,
    /// Evidence levels, 0 to 255, at the network's resolution: one map a stage.
    pub maps: Vec<ByteMap>,
}

/// A map of bytes: `height` rows of `width`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteMap {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width * height` values, row by row.
    pub values: Vec<u8>,
}

impl ByteMap {
    /// Evidence from any engine, its levels rounded to whole ones.
    pub fn of_levels(map: EvidenceMap<'_>) -> Self {
        // A float-to-int cast saturates at 0 and 255.
        let values = map.levels().iter().map(|level| level.round() as u8).collect();
        Self { width: map.width(), height: map.height(), values }
    }

    /// A true mask.
    pub fn of_labels(map: LabelMap<'_>) -> Self {
        Self { width: map.width(), height: map.height(), values: map.classes().to_vec() }
    }

    /// Refuses a map whose buffer does not have its size.
    pub(super) fn check(&self) -> Result<(), MetricsError> {
        LabelMap::new(self.width, self.height, &self.values).map(|_| ())
    }
}
