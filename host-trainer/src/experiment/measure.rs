//! What is measured of a stage, over which part of the test split, and how it is shown.

use serde::{Deserialize, Serialize};

use super::Spread;
use crate::metrics::StageResult;
use crate::report::Entry;

/// A figure of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Multiply-accumulates of an image, zeros counted.
    Macs,
    /// Area under the ROC curve, or mean average precision in multi-label problems.
    Score,
    /// IoU at the stored threshold, class-averaged in multi-label problems.
    Iou,
    /// IoU at the threshold that the validation split's masks choose.
    IouMaskThreshold,
    /// Share of positive images whose maximum lies in the lesion.
    Pointing,
    /// Share of positive images whose mask shares a pixel with the lesion.
    Detection,
}

/// The pixels or images that a figure is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// All of them.
    All,
    /// The pixels of one class.
    Class(&'a str),
    /// A third of the positive images by lesion size, the smallest first.
    Third(usize),
}

/// Names of the thirds by lesion size, as in `metrics.json`.
pub const THIRDS: [&str; 3] = ["small", "medium", "large"];

impl Part<'_> {
    /// Its name in files: `all`, the class, or the third.
    pub fn name(&self) -> &str {
        match self {
            Self::All => "all",
            Self::Class(name) => name,
            Self::Third(third) => THIRDS.get(*third).copied().unwrap_or("none"),
        }
    }
}

impl Measure {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Macs => "macs",
            Self::Score => "score",
            Self::Iou => "iou",
            Self::IouMaskThreshold => "iou-mask-threshold",
            Self::Pointing => "pointing",
            Self::Detection => "detection",
        }
    }

    /// Its name in a table or along an axis, with the unit.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Macs => "M MAC",
            Self::Score => "AUC or mAP",
            Self::Iou => "IoU, %",
            Self::IouMaskThreshold => "IoU, mask threshold, %",
            Self::Pointing => "pointing, %",
            Self::Detection => "detection, %",
        }
    }

    /// The same in a sentence: without the unit.
    pub fn title(self) -> &'static str {
        self.heading().trim_end_matches(", %")
    }

    /// What it is, for a reader who is new to it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Macs => "millions of multiplications and additions that an image costs",
            Self::Score => {
                "how well the score of a whole image tells the classes apart: area under the ROC curve, or mean average \
                 precision where there are several classes; 1 is perfect"
            }
            Self::Iou => {
                "pixels that the predicted and the true mask share, divided by those of either; the average over the \
                 classes where there are several"
            }
            Self::IouMaskThreshold => "the same where the validation split's masks choose the threshold",
            Self::Pointing => "share of the positive images whose strongest evidence lies in the true mask",
            Self::Detection => "share of the positive images whose predicted mask touches the true one",
        }
    }

    /// The figure of `result` over `part`; `None` where it was not measured.
    pub fn of(self, result: &StageResult, part: Part<'_>) -> Option<f64> {
        match (self, part) {
            (Self::Iou, Part::Class(name)) => result.classes.iter().find(|class| class.name == name)?.iou,
            (_, Part::Third(third)) => {
                let (_, size) = *result.by_size.as_ref()?.named().get(third)?;
                match self {
                    Self::Iou => size.iou,
                    Self::Pointing => size.pointing,
                    Self::Detection => size.detection,
                    Self::Macs | Self::Score | Self::IouMaskThreshold => None,
                }
            }
            (_, Part::Class(_)) => None,
            (Self::Macs, Part::All) => result.macs.map(|macs| macs as f64),
            (Self::Score, Part::All) => result.auc.or(result.map),
            (Self::Iou, Part::All) => result.iou,
            (Self::IouMaskThreshold, Part::All) => result.at_mask_threshold.map(|at| at.iou),
            (Self::Pointing, Part::All) => result.pointing,
            (Self::Detection, Part::All) => result.detection,
        }
    }

    /// Mean and range as they stand in a table; a dash where there is none.
    pub fn entry(self, spread: Option<Spread>) -> Entry {
        self.shown(spread, |value, decimals| format!("{value:.decimals$}"))
    }

    /// As [`Self::entry`], for differences: with their sign.
    pub fn difference(self, spread: Option<Spread>) -> Entry {
        self.shown(spread, |value, decimals| format!("{value:+.decimals$}"))
    }

    fn shown(self, spread: Option<Spread>, show: impl Fn(f64, usize) -> String) -> Entry {
        let (unit, decimals) = match self {
            Self::Macs => (1e-6, 1),
            Self::Score => (1.0, 3),
            Self::Iou | Self::IouMaskThreshold | Self::Pointing | Self::Detection => (100.0, 1),
        };
        let Some(Spread { mean, least, most }) = spread else { return Entry::text("-") };
        let [mean, least, most] = [mean, least, most].map(|value| show(unit * value, decimals));
        Entry { range: (least != most).then(|| format!("{least} to {most}")), text: mean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_shown_where_there_is_one() {
        let spread = |least, most| Some(Spread { mean: 0.5, least, most });
        assert_eq!(Measure::Iou.entry(spread(0.25, 0.75)).range.as_deref(), Some("25.0 to 75.0"));
        assert_eq!(Measure::Score.entry(spread(0.5, 0.5)), Entry::text("0.500"));
        assert_eq!(Measure::Pointing.difference(spread(0.5, 0.5)), Entry::text("+50.0"));
        assert_eq!(Measure::Macs.entry(None), Entry::text("-"));
    }
}
