//! What is reached without the method: by one mask for all images, and by other networks.

use serde::{Deserialize, Serialize};

use super::StageResult;

/// Everything that the stages have to beat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Controls {
    /// The best mask that is the same for every image, chosen on the validation split; absent without masks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant_mask: Option<MaskControl>,
    /// Multi-label problems: the mean average precision of scores that are the same for every image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant_scores: Option<f64>,
    /// Other networks, trained on the same images and judged the same way, in the order to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<ControlResult>,
}

/// A control network and what it reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlResult {
    /// What it is, for the tables: `shallow, no deconvolution`.
    pub name: String,
    /// Its figures, with the meaning they have for a stage; `macs` says what an image costs.
    pub result: StageResult,
}

/// What a control's masks reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskControl {
    /// Pooled IoU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iou: Option<f64>,
    /// Mean of the images' own IoU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_iou_per_image: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Engine, StageId};

    #[test]
    fn a_control_network_has_a_name_and_the_figures_of_a_stage() {
        let id = StageId { engine: Engine::Int8, stage: 0 };
        let result = StageResult { auc: Some(0.5), iou: Some(0.25), macs: Some(7), ..StageResult::new(id) };
        let controls = Controls {
            constant_mask: Some(MaskControl { iou: Some(0.125), mean_iou_per_image: None }),
            constant_scores: Some(0.5),
            networks: vec![ControlResult { name: "untied".into(), result }],
        };
        let json = serde_json::to_string(&controls).unwrap();
        let expected =
            r#"{"constant_mask":{"iou":0.125},"constant_scores":0.5,"networks":[{"name":"untied","result":{"engine":"int8","stage":0,"#
                .to_owned()
                + r#""auc":0.5,"iou":0.25,"macs":7}}]}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Controls>(&json).unwrap(), controls);
    }
}
