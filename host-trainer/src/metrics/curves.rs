//! What a stage reaches at every threshold, not at the stored one alone.

use super::level_histogram::{LEVELS, LevelHistogram};
use super::{BinaryImage, roc_curve};

/// Curves of one stage over one split; each is absent where the split does not allow it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// See [`roc_curve`].
    pub roc: Option<Vec<(f64, f64)>>,
    /// Pooled IoU, 0 to 1, of the positive images' masks at each threshold 0 to 255; absent without true masks.
    pub iou: Option<Vec<f64>>,
    /// Share, 0 to 1, of negative images that show a mask somewhere, at each threshold 0 to 255; absent without negatives.
    pub false_alarms: Option<Vec<f64>>,
}

/// The curves of a binary problem.
pub fn binary_curves(images: &[BinaryImage<'_>]) -> Curves {
    let (scores, labels): (Vec<f32>, Vec<bool>) = images.iter().map(|image| (image.score, image.positive)).unzip();
    let iou = LevelHistogram::of(images.iter().filter_map(BinaryImage::lesion)).iou();
    let peaks: Vec<f32> = images.iter().filter(|image| !image.positive).map(|image| image.map.peak()).collect();
    let alarms = |level: usize| peaks.iter().filter(|&&peak| peak >= level as f32).count() as f64 / peaks.len() as f64;
    Curves {
        roc: roc_curve(&scores, &labels),
        iou: iou.map(|iou| iou.to_vec()),
        false_alarms: (!peaks.is_empty()).then(|| (0..LEVELS).map(alarms).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{EvidenceMap, LabelMap};

    #[test]
    fn every_threshold_is_judged() {
        let maps = [[200.0, 100.0], [0.0, 50.0]];
        let truth = [1, 0];
        let image = |positive: bool| BinaryImage {
            score: f32::from(u8::from(positive)),
            positive,
            map: EvidenceMap::new(2, 1, &maps[usize::from(!positive)]).unwrap(),
            truth: positive.then(|| LabelMap::new(2, 1, &truth).unwrap()),
        };
        let curves = binary_curves(&[image(true), image(false)]);
        let iou = curves.iou.unwrap();
        assert_eq!([0, 100, 101, 200, 201].map(|level| iou[level]), [0.5, 0.5, 1.0, 1.0, 0.0]);
        let alarms = curves.false_alarms.unwrap();
        assert_eq!([0, 50, 51, 255].map(|level| alarms[level]), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(curves.roc.unwrap(), [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);

        let curves = binary_curves(&[BinaryImage { truth: None, ..image(true) }]);
        assert_eq!(curves, Curves::default());
    }
}
