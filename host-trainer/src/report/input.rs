//! What a report is made from.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::metrics::{Curves, EvidenceMap, IGNORE, LabelMap, Metrics, MetricsError};

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
    /// Whether the tiles' groups were made by overlap with the truth, else by score.
    pub ranked_by_overlap: bool,
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
#[derive(Clone, Debug, PartialEq)]
pub struct StageColumn {
    /// The column's heading: `stage 2, int8`.
    pub name: String,
    /// The stored threshold, level 1 to 255, where the column's slider starts.
    pub threshold: u8,
    /// Area under the ROC curve, where there is one.
    pub auc: Option<f64>,
    /// False alarm rate and sensitivity of the stored score threshold.
    pub alarm: Option<(f64, f64)>,
    /// What other thresholds reach over the whole split.
    pub curves: Curves,
}

/// Why a test image is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileGroup {
    /// The final stage does best on it.
    Best,
    /// In the middle of all positives.
    Median,
    /// The final stage does worst on it.
    Worst,
    /// Negative, with the strongest evidence of all negatives.
    FalseAlarm,
}

/// A test image and what each stage says about it.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Why it is shown; tiles of one group stand together.
    pub group: TileGroup,
    /// The image's name.
    pub name: String,
    /// Its true label in words.
    pub label: String,
    /// The final stage's score.
    pub score: f32,
    /// The image as the network saw it.
    pub image: RgbImage,
    /// Its true outline, where it is known: 0 outside, 255 not judged, else inside; any resolution.
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

    /// The true mask of one class.
    pub fn of_class(map: LabelMap<'_>, class: u8) -> Self {
        let value = |&found: &u8| if found == class || found == IGNORE { found } else { 0 };
        Self { width: map.width(), height: map.height(), values: map.classes().iter().map(value).collect() }
    }

    /// Refuses a map whose buffer does not have its size.
    pub(super) fn check(&self) -> Result<(), MetricsError> {
        LabelMap::new(self.width, self.height, &self.values).map(|_| ())
    }
}
