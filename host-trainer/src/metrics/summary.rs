//! The structures of `metrics.json`. Figures that cannot be measured (no masks, one class only) are absent from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::threshold::ThresholdSource;
use super::{AlarmResult, Controls, Erasure};

/// Version of the file's format.
pub const FORMAT: u32 = 1;

/// Everything that was measured on one split: the whole of `metrics.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// [`FORMAT`].
    pub format: u32,
    /// The command line that made the file.
    pub command: String,
    /// The run's seed.
    pub seed: u64,
    /// Versions of what made the file, by name.
    pub versions: BTreeMap<String, String>,
    /// The split judged: `train`, `val` or `test`.
    pub split: String,
    /// Number of images judged.
    pub images: usize,
    /// Share of the validation negatives that a threshold chosen from labels lets show a mask (binary problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_false_alarm_rate: Option<f64>,
    /// One result a stage and engine.
    pub results: Vec<StageResult>,
    /// Host model against core; absent when it was not compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parity: Option<Parity>,
    /// What one reaches without the method; absent when nothing of the kind was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controls: Option<Controls>,
    /// Whether the labels can be told without the lesion; absent when it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Erasure>,
}

/// Which arithmetic ran the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The trained f32 network.
    Float,
    /// The integer model.
    Int8,
}

impl Engine {
    /// The name in files and tables: `float` or `int8`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Int8 => "int8",
        }
    }
}

/// A row of every table: which network, run how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageId {
    /// Which arithmetic ran it.
    pub engine: Engine,
    /// Deconvolution stages; 0 is the paper's baseline.
    pub stage: usize,
}

/// What one stage, run by one engine, reaches. Shares and areas are 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageResult {
    /// `engine` and `stage`.
    #[serde(flatten)]
    pub id: StageId,
    /// Area under the ROC curve (binary problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auc: Option<f64>,
    /// Mean average precision (multi-label problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<f64>,
    /// IoU of all positive images' pixels pooled; class-averaged with background in multi-label problems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iou: Option<f64>,
    /// Mean of the images' own IoU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_iou_per_image: Option<f64>,
    /// Share of positive images whose maximum lies in the lesion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointing: Option<f64>,
    /// Share of positive images whose mask shares a pixel with the lesion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<f64>,
    /// The four above by lesion size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_size: Option<BySize>,
    /// Pooled IoU of each class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassIou>,
    /// Level, 1 to 255, from which evidence is mask: the stored one, at which all of the above is measured (binary
    /// problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u8>,
    /// What `threshold` was chosen from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_source: Option<ThresholdSource>,
    /// Share of negative images with a mask somewhere at `threshold` (binary problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarm_rate: Option<f64>,
    /// What the threshold reaches that the validation split's image labels choose (binary problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_label_threshold: Option<ThresholdResult>,
    /// What the threshold reaches that the validation split's masks choose (binary problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_mask_threshold: Option<ThresholdResult>,
    /// The decision about whole images at the stored score threshold (binary problems).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<AlarmResult>,
    /// Multiply-accumulates an image, zeros counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macs: Option<u64>,
}

impl StageResult {
    /// Nothing measured yet.
    pub fn new(id: StageId) -> Self {
        Self {
            id,
            auc: None,
            map: None,
            iou: None,
            mean_iou_per_image: None,
            pointing: None,
            detection: None,
            by_size: None,
            classes: Vec::new(),
            threshold: None,
            threshold_source: None,
            false_alarm_rate: None,
            at_label_threshold: None,
            at_mask_threshold: None,
            alarm: None,
            macs: None,
        }
    }
}

/// What one threshold reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThresholdResult {
    /// Level, 1 to 255.
    pub threshold: u8,
    /// Pooled IoU.
    pub iou: f64,
    /// Mean of the images' own IoU.
    pub mean_iou_per_image: f64,
    /// Share of negative images with a mask somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarm_rate: Option<f64>,
}

/// Results for the thirds of a split's positives by lesion area.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BySize {
    /// The smallest third.
    pub small: SizeResult,
    /// The middle third.
    pub medium: SizeResult,
    /// The largest third.
    pub large: SizeResult,
}

impl BySize {
    /// The three with their names, smallest first.
    pub fn named(&self) -> [(&'static str, SizeResult); 3] {
        [("small", self.small), ("medium", self.medium), ("large", self.large)]
    }
}

/// Results for lesions of one size, with the meaning they have in [`StageResult`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeResult {
    /// Number of images in this third.
    pub images: usize,
    /// Mean share of the image, 0 to 1, that the true mask covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<f64>,
    /// Pooled (or class-averaged) IoU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iou: Option<f64>,
    /// Mean of the images' own IoU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_iou_per_image: Option<f64>,
    /// Share of images whose maximum lies in the lesion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointing: Option<f64>,
    /// Share of images whose mask shares a pixel with the lesion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<f64>,
}

/// IoU of one class over all images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassIou {
    /// The class's name.
    pub name: String,
    /// Its pooled IoU; absent for a class neither true nor predicted anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iou: Option<f64>,
}

/// Core against host model, value by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parity {
    /// Images run through both.
    pub images: u64,
    /// Values compared.
    pub values_compared: u64,
    /// Values that differ: 0, or there is a bug.
    pub mismatches: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_the_interface() {
        let at = |threshold| ThresholdResult { threshold, iou: 0.5, mean_iou_per_image: 0.5, false_alarm_rate: None };
        let result = StageResult {
            auc: Some(0.5),
            iou: Some(0.25),
            detection: Some(0.75),
            classes: vec![ClassIou { name: "tumour".into(), iou: Some(0.25) }],
            threshold: Some(90),
            threshold_source: Some(ThresholdSource::Labels),
            at_label_threshold: Some(at(90)),
            at_mask_threshold: Some(at(40)),
            ..StageResult::new(StageId { engine: Engine::Int8, stage: 2 })
        };
        let json = serde_json::to_string(&result).unwrap();
        assert_eq!(
            json,
            r#"{"engine":"int8","stage":2,"auc":0.5,"iou":0.25,"detection":0.75,"#.to_owned()
                + r#""classes":[{"name":"tumour","iou":0.25}],"threshold":90,"threshold_source":"labels","#
                + r#""at_label_threshold":{"threshold":90,"iou":0.5,"mean_iou_per_image":0.5},"#
                + r#""at_mask_threshold":{"threshold":40,"iou":0.5,"mean_iou_per_image":0.5}}"#
        );
        assert_eq!(serde_json::from_str::<StageResult>(&json).unwrap(), result);
    }
}
