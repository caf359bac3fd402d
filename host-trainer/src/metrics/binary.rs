//! Everything measured for one stage of a binary problem: is there a lesion, and where?

use rayon::prelude::*;

use super::threshold::{self, Peaks, Threshold};
use super::{
    ClassIou, EvidenceMap, LESION, LabelMap, MetricsError, Overlap, StageId, StageResult, ThresholdResult, iou::share,
    localization::Localization, mean_per_image, pointing::points_at, pooled, roc_auc, upsample,
};

/// What the network says about one image, and what is true.
#[derive(Clone, Copy, Debug)]
pub struct BinaryImage<'a> {
    /// The network's score; only its order among images matters.
    pub score: f32,
    /// Whether the image is labelled with the lesion.
    pub positive: bool,
    /// Evidence for the lesion at the network's resolution.
    pub map: EvidenceMap<'a>,
    /// The true mask at the resolution to judge at, where there is one.
    pub truth: Option<LabelMap<'a>>,
}

impl<'a> BinaryImage<'a> {
    /// Map and truth of an image whose localization can be judged: positive, with a mask that marks a pixel.
    pub(super) fn lesion(&self) -> Option<(EvidenceMap<'a>, LabelMap<'a>)> {
        let truth = self.truth.filter(|truth| self.positive && truth.foreground_share() > 0.0)?;
        Some((self.map, truth))
    }
}

/// Judges one stage on `test` at `stored`, the threshold that the model carries, and beside it at the two that
/// `validation` chooses: [`threshold::from_labels`] with the rate `false_alarms`, where it has negative images, and
/// [`threshold::from_masks`], where it has masks. `lesion` is the positive class's name.
///
/// # Errors
/// [`MetricsError::Rate`] when `false_alarms` is not within 0 to 1.
pub fn evaluate_binary(
    id: StageId,
    lesion: &str,
    stored: Threshold,
    false_alarms: f64,
    validation: &[BinaryImage<'_>],
    test: &[BinaryImage<'_>],
) -> Result<StageResult, MetricsError> {
    let label_threshold = match threshold::from_labels(&peaks(validation), false_alarms) {
        Err(MetricsError::NoNegatives) => None,
        chosen => Some(chosen?),
    };
    let mask_threshold = threshold::from_masks(validation.iter().filter_map(BinaryImage::lesion));
    let thresholds = [Some(stored), label_threshold, mask_threshold];
    let judged: Vec<Judged> = test
        .par_iter()
        .filter_map(BinaryImage::lesion)
        .map(|(map, truth)| Judged::new(map, truth, thresholds))
        .collect();

    let all: Vec<&Judged> = judged.iter().collect();
    let whole = localization(&all);
    let negative_peaks = peaks(test).negatives;
    let alarms = |level: u8| share(&negative_peaks.iter().map(|&peak| peak >= f32::from(level)).collect::<Vec<_>>());
    let at = |which: usize| {
        let level = thresholds[which]?.level;
        let overlaps = overlaps_at(&all, which);
        Some(ThresholdResult {
            threshold: level,
            iou: pooled(&overlaps)?,
            mean_iou_per_image: mean_per_image(&overlaps)?,
            false_alarm_rate: alarms(level),
        })
    };
    let (scores, labels): (Vec<f32>, Vec<bool>) = test.iter().map(|image| (image.score, image.positive)).unzip();
    Ok(StageResult {
        auc: roc_auc(&scores, &labels),
        iou: whole.iou,
        mean_iou_per_image: whole.mean_iou_per_image,
        pointing: whole.pointing,
        detection: whole.detection,
        by_size: Localization::by_size(&judged, |image| image.area, localization),
        classes: whole.iou.map(|iou| ClassIou { name: lesion.to_owned(), iou: Some(iou) }).into_iter().collect(),
        threshold: Some(stored.level),
        threshold_source: Some(stored.source),
        false_alarm_rate: alarms(stored.level),
        at_label_threshold: at(FROM_LABELS),
        at_mask_threshold: at(FROM_MASKS),
        ..StageResult::new(id)
    })
}

/// Places of the thresholds that an image is judged at.
const STORED: usize = 0;
const FROM_LABELS: usize = 1;
const FROM_MASKS: usize = 2;

fn peaks(images: &[BinaryImage<'_>]) -> Peaks {
    Peaks::of(images.iter().map(|image| (image.positive, image.map.peak())))
}

/// Everything about one positive image that the averages need.
struct Judged {
    area: f64,
    hit: bool,
    /// At each threshold there is.
    overlaps: [Option<Overlap>; 3],
}

impl Judged {
    fn new(map: EvidenceMap<'_>, truth: LabelMap<'_>, thresholds: [Option<Threshold>; 3]) -> Self {
        let levels = upsample::bilinear(map, truth.width(), truth.height());
        let overlap_at =
            |threshold: Threshold| Overlap::of(levels.iter().map(|&level| level >= f32::from(threshold.level)), truth);
        Self {
            area: truth.foreground_share(),
            hit: points_at(&levels, truth, LESION),
            overlaps: thresholds.map(|threshold| threshold.map(overlap_at)),
        }
    }
}

fn overlaps_at(images: &[&Judged], which: usize) -> Vec<Overlap> {
    images.iter().filter_map(|image| image.overlaps[which]).collect()
}

fn localization(images: &[&Judged]) -> Localization {
    let overlaps = overlaps_at(images, STORED);
    let found: Vec<bool> = overlaps.iter().map(|overlap| overlap.intersection > 0).collect();
    Localization {
        iou: pooled(&overlaps),
        mean_iou_per_image: mean_per_image(&overlaps),
        pointing: share(images.iter().map(|image| &image.hit)),
        detection: share(&found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Engine, threshold::ThresholdSource};

    const ID: StageId = StageId { engine: Engine::Int8, stage: 1 };

    fn image<'a>(score: f32, map: &'a [f32; 4], truth: Option<&'a [u8; 4]>) -> BinaryImage<'a> {
        BinaryImage {
            score,
            positive: truth.is_some_and(|truth| truth.contains(&LESION)),
            map: EvidenceMap::new(2, 2, map).unwrap(),
            truth: truth.map(|truth| LabelMap::new(2, 2, truth).unwrap()),
        }
    }

    #[test]
    fn both_operating_points_of_a_small_split() {
        let maps = [[9.0, 0.0, 0.0, 0.0], [200.0, 100.0, 50.0, 0.0], [0.0, 90.0, 30.0, 5.0], [0.0, 0.0, 40.0, 0.0]];
        let truths = [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0]];
        let validation = [image(0.1, &maps[0], Some(&truths[0])), image(0.9, &maps[1], Some(&truths[1]))];
        let test = [
            image(0.2, &maps[0], Some(&truths[0])),
            image(0.3, &maps[3], Some(&truths[0])),
            image(0.8, &maps[1], Some(&truths[1])),
            image(0.25, &maps[2], Some(&truths[2])),
        ];
        let stored = Threshold { level: 91, source: ThresholdSource::Masks };
        let result = evaluate_binary(ID, "lesion", stored, 0.05, &validation, &test).unwrap();

        assert_eq!((result.threshold, result.threshold_source), (Some(91), Some(ThresholdSource::Masks)));
        assert_eq!(result.auc, Some(3.0 / 4.0));
        assert_eq!(result.false_alarm_rate, Some(0.0));
        // At 91: {200, 100} is its lesion, nothing is left of the other.
        assert_eq!((result.iou, result.mean_iou_per_image), (Some(0.5), Some(0.5)));
        assert_eq!((result.pointing, result.detection), (Some(1.0), Some(0.5)));
        // The negative of the validation split peaks at 9, a fifth of the positive's peak is 40. At 40: {200, 100, 50} and
        // {90} against two pixels each.
        let at_labels = ThresholdResult {
            threshold: 40,
            iou: 3.0 / 5.0,
            mean_iou_per_image: (2.0 / 3.0 + 0.5) / 2.0,
            false_alarm_rate: Some(0.5),
        };
        assert_eq!(result.at_label_threshold, Some(at_labels));
        // At 51: {200, 100} and {90}.
        let at_masks =
            ThresholdResult { threshold: 51, iou: 0.75, mean_iou_per_image: 0.75, false_alarm_rate: Some(0.0) };
        assert_eq!(result.at_mask_threshold, Some(at_masks));
        let by_size = result.by_size.unwrap();
        assert_eq!([by_size.small, by_size.medium, by_size.large].map(|size| size.images), [0, 1, 1]);
        assert_eq!(
            [by_size.small, by_size.medium, by_size.large].map(|size| size.detection),
            [None, Some(1.0), Some(0.0)]
        );
        assert_eq!((by_size.small.iou, by_size.large.iou), (None, Some(0.0)));
        assert_eq!((by_size.small.area, by_size.large.area), (None, Some(0.5)));
    }

    #[test]
    fn without_masks_there_is_a_score_but_no_localization() {
        let map = [10.0; 4];
        let negative = image(0.1, &map, None);
        let positive = BinaryImage { score: 0.9, positive: true, ..negative };
        let stored = Threshold { level: 11, source: ThresholdSource::Labels };
        let judge = |validation: &[BinaryImage<'_>], rate| {
            evaluate_binary(ID, "lesion", stored, rate, validation, &[negative, positive])
        };
        let result = judge(&[negative], 0.05).unwrap();
        assert_eq!((result.auc, result.iou, result.threshold), (Some(1.0), None, Some(11)));
        assert!(result.by_size.is_none() && result.classes.is_empty() && result.at_mask_threshold.is_none());
        assert_eq!(judge(&[positive], 0.05).unwrap(), result);
        assert!(judge(&[negative], 1.5).is_err());
    }
}
