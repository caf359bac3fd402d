//! An image with the class map of every stage over it: a row of figures 4 and 5.

use image::RgbImage;

use super::facts::stage_name;
use super::run_source::RunSource;
use super::{ExperimentError, Unsuitable};
use crate::engine::Prediction;
use crate::evaluation::EvaluationSet;
use crate::metrics::{EvidenceMap, LabelMap};
use crate::pictures::{Picture, fitted, heat, original};
use crate::report::ByteMap;
use crate::run::RunError;

/// Images with what the integers of every stage say about them.
pub(super) struct StagePictures {
    /// The images, in the order of the rows.
    pub set: EvaluationSet,
    /// A stage: predictions for the images, and the stored threshold.
    pub stages: Vec<(Vec<Prediction>, u8)>,
}

impl StagePictures {
    /// Runs all stages over the test images at `places`.
    pub fn of(source: &RunSource, places: &[usize]) -> Result<Self, ExperimentError> {
        if places.is_empty() {
            return Err(Unsuitable::NoPositive { data: source.data.clone() }.into());
        }
        let set = source.test.of(places);
        let stages = (0..source.models.len()).map(|stage| source.integers(stage, &set)).collect::<Result<_, _>>()?;
        Ok(Self { set, stages })
    }

    /// The columns' names.
    pub fn columns(&self) -> Vec<String> {
        let stages = (0..self.stages.len()).map(stage_name);
        std::iter::once("image".to_owned()).chain(stages).chain(std::iter::once("truth".to_owned())).collect()
    }

    /// The row of image `i`: it, each stage's map of `class`, and the true outline of that class; `side` is the pictures'
    /// longer side in pixels.
    pub fn row(&self, i: usize, class: usize, side: u32) -> Result<Vec<RgbImage>, RunError> {
        let image = &self.set.images[i];
        let picture = Picture::new(image.width, image.height, image.channels, &image.pixels)?;
        let mut row = vec![original(picture, None)];
        for (predictions, _) in &self.stages {
            let prediction = &predictions[i];
            let levels = prediction.map_of(class).unwrap_or(prediction.evidence());
            row.push(heat(picture, EvidenceMap::new(prediction.shape.width, prediction.shape.height, levels)?));
        }
        let truth = self.set.truth(i).map(|truth| ByteMap::of_class(truth, class as u8));
        let truth = truth.as_ref().map(|truth| LabelMap::new(truth.width, truth.height, &truth.values)).transpose()?;
        row.push(original(picture, truth));
        Ok(row.iter().map(|picture| fitted(picture, side)).collect())
    }
}

/// How the maps are drawn, for captions.
pub(super) const HEAT: &str = "Warm colours show where a map sees most: each is drawn from its own smallest value, without \
                               colour, to its own largest, so that one that sees next to nothing is still drawn. The last \
                               column has the true outline, which training never saw.";
