//! The level at which evidence becomes mask: `level >= threshold`, an integer from 1 to 255 that the model file stores.
//!
//! Both ways look at the validation split only. [`from_labels`] needs image labels and nothing else, as does the
//! training; [`from_masks`] shows what a threshold chosen with pixel truth would reach.

use serde::{Deserialize, Serialize};

use super::level_histogram::LevelHistogram;
use super::{EvidenceMap, LabelMap, MetricsError};

/// Share of the validation negatives that may show a mask somewhere, where nothing else is asked for.
pub const DEFAULT_FALSE_ALARM_RATE: f64 = 0.05;

/// What a threshold was chosen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThresholdSource {
    /// Image labels: [`from_labels`].
    Labels,
    /// Pixel masks: [`from_masks`].
    Masks,
}

/// A threshold and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Level, 1 to 255, from which on a pixel belongs to the mask.
    pub level: u8,
    /// What it was chosen from.
    pub source: ThresholdSource,
}

/// Evidence below this share of the median positive image's peak is never mask. Where negatives are silent any level
/// keeps the rate of false alarms, and the lowest would draw all that glimmers around a finding. 0.2 is what class
/// activation maps are usually cut at (Zhou et al. 2016).
const LEAST_PEAK_SHARE: f32 = 0.2;
/// Evidence above this share always is. Where single negatives are loud, the level that silences them would leave spots of
/// the findings: there the image's score has to keep the rate (`OperatingPoint::margin`).
const MOST_PEAK_SHARE: f32 = 0.4;

/// The smallest level that at most a share `rate` (0 to 1) of the negative images reaches anywhere, but no less than a fifth
/// and no more than two fifths of the median positive image's peak; given the [`EvidenceMap::peak`] of each image. The peak
/// is that of the map itself, which upsampling cannot exceed.
///
/// 255 where there are no positives and even that level is reached too often.
///
/// # Errors
/// [`MetricsError::NoNegatives`] without images, [`MetricsError::Rate`] for a rate outside 0 to 1.
pub fn from_labels(peaks: &Peaks, rate: f64) -> Result<Threshold, MetricsError> {
    if peaks.negatives.is_empty() {
        return Err(MetricsError::NoNegatives);
    }
    let allowed = allowed_alarms(rate, peaks.negatives.len())?;
    let alarms = |level: u8| peaks.negatives.iter().filter(|&&peak| peak >= f32::from(level)).count();
    let keeps_rate = (1..u8::MAX).find(|&level| alarms(level) <= allowed).unwrap_or(u8::MAX);
    let level = match median(&peaks.positives) {
        // A float-to-int cast saturates at 0 and 255.
        Some(peak) => keeps_rate.min((MOST_PEAK_SHARE * peak) as u8).max((LEAST_PEAK_SHARE * peak).ceil() as u8).max(1),
        None => keeps_rate,
    };
    Ok(Threshold { level, source: ThresholdSource::Labels })
}

/// The strongest evidence in each image of a split, by label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peaks {
    /// Of images without the finding.
    pub negatives: Vec<f32>,
    /// Of images with it.
    pub positives: Vec<f32>,
}

impl Peaks {
    /// Of images given as whether they are positive, and their peak.
    pub fn of(images: impl IntoIterator<Item = (bool, f32)>) -> Self {
        let mut peaks = Self::default();
        for (positive, peak) in images {
            let list = if positive { &mut peaks.positives } else { &mut peaks.negatives };
            list.push(peak);
        }
        peaks
    }
}

/// The upper median.
fn median(values: &[f32]) -> Option<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// How many of `negatives` images a rate of false alarms, 0 to 1, allows.
///
/// # Errors
/// [`MetricsError::Rate`] for a rate outside 0 to 1.
pub fn allowed_alarms(rate: f64, negatives: usize) -> Result<usize, MetricsError> {
    if !(0.0..=1.0).contains(&rate) {
        return Err(MetricsError::Rate { found: rate.to_string() });
    }
    // A rate such as 0.3 is a little less than three tenths in binary: ten images must still allow three.
    Ok((rate * negatives as f64 + 1e-9) as usize)
}

/// The level, 1 to 255, whose masks have the largest pooled IoU over `images` (the positives of the validation
/// split), each map upsampled to its mask. The lowest wins a tie. `None` when no mask marks a pixel.
pub fn from_masks<'a>(images: impl IntoIterator<Item = (EvidenceMap<'a>, LabelMap<'a>)>) -> Option<Threshold> {
    let iou = LevelHistogram::of(images).iou()?;
    let better = |best: u8, level: u8| if iou[usize::from(level)] > iou[usize::from(best)] { level } else { best };
    Some(Threshold { level: (1..=u8::MAX).fold(1, better), source: ThresholdSource::Masks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::IGNORE;

    fn peaks(negatives: &[f32], positives: &[f32]) -> Peaks {
        Peaks { negatives: negatives.to_vec(), positives: positives.to_vec() }
    }

    fn level(negatives: &[f32], rate: f64) -> u8 {
        from_labels(&peaks(negatives, &[]), rate).unwrap().level
    }

    #[test]
    fn the_allowed_share_of_negatives_may_exceed() {
        let peaks = [10.0, 20.0, 30.0, 40.5, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];
        assert_eq!(level(&peaks, 0.0), 101);
        assert_eq!(level(&peaks, 0.1), 91);
        assert_eq!(level(&peaks, 0.3), 71);
        assert_eq!(level(&peaks, 0.7), 31);
        assert_eq!(level(&peaks, 1.0), 1);
    }

    #[test]
    fn silent_and_saturated_maps_have_a_level_too() {
        assert_eq!(level(&[0.0, 0.0], 0.0), 1);
        assert_eq!(level(&[255.0, 255.0], 0.05), 255);
        assert_eq!(from_labels(&peaks(&[], &[9.0]), 0.05), Err(MetricsError::NoNegatives));
        assert!(from_labels(&peaks(&[1.0], &[]), f64::NAN).is_err());
    }

    #[test]
    fn the_level_stays_between_a_fifth_and_two_fifths_of_the_median_positive_peak() {
        let level = |negatives: &[f32]| from_labels(&peaks(negatives, &[250.0, 0.0, 101.0]), 0.0).unwrap().level;
        assert_eq!(level(&[0.0]), 21);
        assert_eq!(level(&[20.0]), 21);
        assert_eq!(level(&[21.0]), 22);
        assert_eq!(level(&[39.0]), 40);
        assert_eq!(level(&[90.0]), 40);
        assert_eq!(from_labels(&peaks(&[9.0], &[0.0]), 0.0).unwrap().level, 1);
    }

    #[test]
    fn masks_choose_the_best_pooled_overlap() {
        let levels = [200.0, 100.9, 100.2, 99.9, 40.0, 0.0];
        let map = EvidenceMap::new(6, 1, &levels).unwrap();
        let best = |truth: &[u8]| from_masks([(map, LabelMap::new(6, 1, truth).unwrap())]).map(|t| t.level);
        // Lesion is the first three pixels: any level in 100..=100 separates them; 100 is the only integer.
        assert_eq!(best(&[1, 1, 1, 0, 0, 0]), Some(100));
        // Any level from 101 to 200 is right: the lowest.
        assert_eq!(best(&[1, 0, 0, 0, 0, 0]), Some(101));
        // The ignored pixel may be on either side.
        assert_eq!(best(&[1, 1, 1, IGNORE, 0, 0]), Some(41));
        assert_eq!(best(&[0; 6]), None);
    }

    #[test]
    fn levels_beyond_the_scale_saturate() {
        let levels = [300.0, -5.0];
        let map = EvidenceMap::new(2, 1, &levels).unwrap();
        let truth = LabelMap::new(2, 1, &[1, 0]).unwrap();
        assert_eq!(from_masks([(map, truth)]).map(|t| t.level), Some(1));
    }
}
