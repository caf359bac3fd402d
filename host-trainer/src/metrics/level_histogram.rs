//! Pixels by their evidence level: one pass over the images tells the overlap at all 255 thresholds.

use super::{EvidenceMap, IGNORE, LabelMap, upsample};

/// Number of levels, 0 to 255.
pub const LEVELS: usize = 256;

/// Pixels a level, apart for the lesion and for the rest. A level is rounded down, so `level >= t` for an integer `t`
/// is exactly `floor(level) >= t`.
pub(super) struct LevelHistogram {
    lesion: [u64; LEVELS],
    rest: [u64; LEVELS],
}

impl LevelHistogram {
    /// Counts the pixels of `images`, each map upsampled to its mask.
    pub fn of<'a>(images: impl IntoIterator<Item = (EvidenceMap<'a>, LabelMap<'a>)>) -> Self {
        let mut histogram = Self { lesion: [0; LEVELS], rest: [0; LEVELS] };
        for (map, truth) in images {
            histogram.add(&upsample::bilinear(map, truth.width(), truth.height()), truth);
        }
        histogram
    }

    fn add(&mut self, levels: &[f32], truth: LabelMap<'_>) {
        for (&level, &class) in levels.iter().zip(truth.classes()) {
            // A float-to-int cast saturates: below 0 is 0, above 255 is 255.
            let bin = usize::from(level as u8);
            match class {
                IGNORE => {}
                0 => self.rest[bin] += 1,
                _ => self.lesion[bin] += 1,
            }
        }
    }

    /// Pooled IoU of the mask `level >= t` at index `t`; at index 0 everything is mask. `None` when no mask marks a
    /// pixel.
    pub fn iou(&self) -> Option<[f64; LEVELS]> {
        let marked: u64 = self.lesion.iter().sum();
        if marked == 0 {
            return None;
        }
        let (mut intersection, mut union) = (0, marked);
        let mut iou = [0.0; LEVELS];
        for level in (0..LEVELS).rev() {
            intersection += self.lesion[level];
            union += self.rest[level];
            iou[level] = intersection as f64 / union as f64;
        }
        Some(iou)
    }
}
