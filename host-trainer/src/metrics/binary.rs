//! Everything measured for one stage of a binary problem: is there a lesion, and where?

use rayon::prelude::*;

use super::threshold::{self, DEFAULT_FALSE_ALARM_RATE, Threshold};
use super::{
    ClassIou, EvidenceMap, LESION, LabelMap, MaskThresholdResult, MetricsError, Overlap, StageId, StageResult,
    iou::mean, localization::Localization, mean_per_image, pointing::points_at, pooled, roc_auc, upsample,
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
    fn lesion(&self) -> Option<(EvidenceMap<'a>, LabelMap<'a>)> {
        let truth = self.truth.filter(|truth| self.positive && truth.foreground_share() > 0.0)?;
        Some((self.map, truth))
    }
}

/// Judges one stage on `test` at `threshold`, or, without one, at [`threshold::from_negatives`] over `validation` with
/// [`DEFAULT_FALSE_ALARM_RATE`]; and beside it at [`threshold::from_masks`] where `validation` has masks.
/// `lesion` is the positive class's name.
///
/// # Errors
/// [`MetricsError::NoNegatives`] when a threshold has to be chosen and `validation` holds no negative image.
pub fn evaluate_binary(
    id: StageId,
    lesion: &str,
    threshold: Option<Threshold>,
    validation: &[BinaryImage<'_>],
    test: &[BinaryImage<'_>],
) -> Result<StageResult, MetricsError> {
    let threshold = match threshold {
        Some(threshold) => threshold,
        None => threshold::from_negatives(&negative_peaks(validation), DEFAULT_FALSE_ALARM_RATE)?,
    };
    let mask_threshold = threshold::from_masks(validation.iter().filter_map(BinaryImage::lesion));
    let judged: Vec<Judged> = test
        .par_iter()
        .filter_map(BinaryImage::lesion)
        .map(|(map, truth)| Judged::new(map, truth, threshold, mask_threshold))
        .collect();

    let all: Vec<&Judged> = judged.iter().collect();
    let whole = localization(&all);
    let alarms = negative_peaks(test).into_iter().map(|peak| f64::from(u8::from(peak >= f32::from(threshold.level))));
    let (scores, labels): (Vec<f32>, Vec<bool>) = test.iter().map(|image| (image.score, image.positive)).unzip();
    Ok(StageResult {
        id,
        auc: roc_auc(&scores, &labels),
        map: None,
        iou: whole.iou,
        mean_iou_per_image: whole.mean_iou_per_image,
        pointing: whole.pointing,
        by_size: Localization::by_size(&judged, |image| image.area, localization),
        classes: whole.iou.map(|iou| ClassIou { name: lesion.to_owned(), iou: Some(iou) }).into_iter().collect(),
        threshold: Some(threshold.level),
        threshold_source: Some(threshold.source),
        false_alarm_rate: mean(alarms),
        at_mask_threshold: mask_threshold.and_then(|threshold| at_mask_threshold(threshold, &judged)),
    })
}

/// The strongest evidence in each negative image.
fn negative_peaks(images: &[BinaryImage<'_>]) -> Vec<f32> {
    images.iter().filter(|image| !image.positive).map(|image| image.map.peak()).collect()
}

/// Everything about one positive image that the averages need.
struct Judged {
    area: f64,
    hit: bool,
    overlap: Overlap,
    at_mask_threshold: Option<Overlap>,
}

impl Judged {
    fn new(map: EvidenceMap<'_>, truth: LabelMap<'_>, threshold: Threshold, mask_threshold: Option<Threshold>) -> Self {
        let levels = upsample::bilinear(map, truth.width(), truth.height());
        let overlap_at =
            |threshold: Threshold| Overlap::of(levels.iter().map(|&level| level >= f32::from(threshold.level)), truth);
        Self {
            area: truth.foreground_share(),
            hit: points_at(&levels, truth, LESION),
            overlap: overlap_at(threshold),
            at_mask_threshold: mask_threshold.map(overlap_at),
        }
    }
}

fn localization(images: &[&Judged]) -> Localization {
    let overlaps: Vec<Overlap> = images.iter().map(|image| image.overlap).collect();
    Localization {
        iou: pooled(&overlaps),
        mean_iou_per_image: mean_per_image(&overlaps),
        pointing: mean(images.iter().map(|image| f64::from(u8::from(image.hit)))),
    }
}

fn at_mask_threshold(threshold: Threshold, judged: &[Judged]) -> Option<MaskThresholdResult> {
    let overlaps: Vec<Overlap> = judged.iter().filter_map(|image| image.at_mask_threshold).collect();
    Some(MaskThresholdResult {
        threshold: threshold.level,
        iou: pooled(&overlaps)?,
        mean_iou_per_image: mean_per_image(&overlaps)?,
    })
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
        let result = evaluate_binary(ID, "lesion", None, &validation, &test).unwrap();

        // The negative of the validation split peaks at 9.
        assert_eq!((result.threshold, result.threshold_source), (Some(10), Some(ThresholdSource::Labels)));
        assert_eq!(result.auc, Some(3.0 / 4.0));
        assert_eq!(result.false_alarm_rate, Some(0.5));
        // At 10: {200, 100, 50} against two pixels, {90, 30} against the same two.
        assert_eq!(result.iou, Some(4.0 / 5.0));
        assert_eq!(result.mean_iou_per_image, Some((2.0 / 3.0 + 1.0) / 2.0));
        assert_eq!(result.pointing, Some(1.0));
        // At 51: {200, 100} and {90}.
        let at_masks = MaskThresholdResult { threshold: 51, iou: 0.75, mean_iou_per_image: 0.75 };
        assert_eq!(result.at_mask_threshold, Some(at_masks));
        let by_size = result.by_size.unwrap();
        assert_eq!([by_size.small, by_size.medium, by_size.large].map(|size| size.images), [0, 1, 1]);
        assert_eq!((by_size.small.iou, by_size.large.iou), (None, Some(1.0)));
    }

    #[test]
    fn without_masks_there_is_a_score_but_no_localization() {
        let map = [10.0; 4];
        let negative = image(0.1, &map, None);
        let positive = BinaryImage { score: 0.9, positive: true, ..negative };
        let result = evaluate_binary(ID, "lesion", None, &[negative], &[negative, positive]).unwrap();
        assert_eq!((result.auc, result.iou, result.threshold), (Some(1.0), None, Some(11)));
        assert!(result.by_size.is_none() && result.classes.is_empty() && result.at_mask_threshold.is_none());
        assert!(evaluate_binary(ID, "lesion", None, &[positive], &[positive]).is_err());
    }
}
