//! The decision about a whole image: score at or above a threshold.

use serde::{Deserialize, Serialize};

use super::iou::mean;

/// What the stored score threshold reaches on the judged split. Shares are 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmResult {
    /// Score (positive class less negative) from which an image is called positive; from the validation split's labels.
    pub threshold: f64,
    /// Share of positive images that are called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<f64>,
    /// Share of negative images that are called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarm_rate: Option<f64>,
}

impl AlarmResult {
    /// Counts the images, each a score and whether it is positive, at or above `threshold`.
    pub fn of(threshold: f64, images: impl Iterator<Item = (f64, bool)> + Clone) -> Self {
        let share = |positive: bool| {
            let scores = images.clone().filter(|image| image.1 == positive).map(|image| image.0);
            mean(scores.map(|score| f64::from(u8::from(score >= threshold))))
        };
        Self { threshold, sensitivity: share(true), false_alarm_rate: share(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_the_threshold_on() {
        let images = [(0.5, true), (0.25, true), (0.5, false), (0.1, false), (0.0, false), (-1.0, false)];
        let alarm = AlarmResult::of(0.5, images.into_iter());
        assert_eq!((alarm.sensitivity, alarm.false_alarm_rate), (Some(0.5), Some(0.25)));
        let alarm = AlarmResult::of(0.5, images.into_iter().filter(|image| image.1));
        assert_eq!((alarm.sensitivity, alarm.false_alarm_rate), (Some(0.5), None));
    }
}
