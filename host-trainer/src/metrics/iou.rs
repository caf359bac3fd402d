//! Intersection over union of a mask and the truth (paper, section 4.3): pooled over images, and per image.

use super::{IGNORE, LabelMap};

/// Pixels that a predicted mask and the true one share, and that at least one has. Overlaps of several images add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Pixels in both.
    pub intersection: u64,
    /// Pixels in either.
    pub union: u64,
}

impl Overlap {
    /// Overlap of a predicted mask, row by row at the size of `truth`, with the foreground of `truth`. Ignored pixels
    /// count nowhere.
    pub fn of(predicted: impl IntoIterator<Item = bool>, truth: LabelMap<'_>) -> Self {
        let judged = predicted.into_iter().zip(truth.classes()).filter(|&(_, &class)| class != IGNORE);
        judged.fold(Self::default(), |sum, (predicted, &class)| Self {
            intersection: sum.intersection + u64::from(predicted && class != 0),
            union: sum.union + u64::from(predicted || class != 0),
        })
    }

    /// Intersection over union, 0 to 1; `None` when both masks are empty.
    pub fn iou(self) -> Option<f64> {
        (self.union > 0).then(|| self.intersection as f64 / self.union as f64)
    }
}

/// Intersection over union of all images' pixels together (the paper's Table 3).
pub fn pooled(overlaps: &[Overlap]) -> Option<f64> {
    let sum = overlaps.iter().fold(Overlap::default(), |sum, image| Overlap {
        intersection: sum.intersection + image.intersection,
        union: sum.union + image.union,
    });
    sum.iou()
}

/// Mean of the images' intersections over union: a small lesion counts as much as a large one. Images where both
/// masks are empty are left out.
pub fn mean_per_image(overlaps: &[Overlap]) -> Option<f64> {
    mean(overlaps.iter().filter_map(|image| image.iou()))
}

/// Arithmetic mean; `None` of nothing.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.into_iter().fold((0.0, 0u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// Share, 0 to 1, of `values` that are true; `None` of nothing.
pub(super) fn share<'a>(values: impl IntoIterator<Item = &'a bool>) -> Option<f64> {
    mean(values.into_iter().map(|&value| f64::from(u8::from(value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_pixels_count_nowhere() {
        let truth = [1, 1, 0, 0, IGNORE, IGNORE];
        let truth = LabelMap::new(3, 2, &truth).unwrap();
        let overlap = Overlap::of([true, false, true, false, true, false], truth);
        assert_eq!(overlap, Overlap { intersection: 1, union: 3 });
    }

    #[test]
    fn pooling_weighs_by_area_and_the_mean_does_not() {
        let overlaps = [Overlap { intersection: 90, union: 100 }, Overlap { intersection: 0, union: 20 }];
        assert_eq!(pooled(&overlaps), Some(0.75));
        assert_eq!(mean_per_image(&overlaps), Some(0.45));
        assert_eq!(pooled(&[Overlap::default()]), None);
    }
}
