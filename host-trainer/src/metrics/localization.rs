//! The localization figures that are given for a whole split and again for each lesion size.

use super::{BySize, SizeResult, iou::mean, thirds};

/// Localization over some images, with the meaning of the same fields in [`super::StageResult`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Localization {
    pub iou: Option<f64>,
    pub mean_iou_per_image: Option<f64>,
    pub pointing: Option<f64>,
    pub detection: Option<f64>,
}

impl Localization {
    /// `measure` over each third of `images` by `area`; `None` of no images.
    pub fn by_size<T>(images: &[T], area: impl Fn(&T) -> f64, measure: impl Fn(&[&T]) -> Self) -> Option<BySize> {
        if images.is_empty() {
            return None;
        }
        let areas: Vec<f64> = images.iter().map(area).collect();
        let [small, medium, large] = thirds(&areas).map(|third| {
            let area = mean(third.iter().map(|&index| areas[index]));
            let third: Vec<&T> = third.into_iter().map(|index| &images[index]).collect();
            let Self { iou, mean_iou_per_image, pointing, detection } = measure(&third);
            SizeResult { images: third.len(), area, iou, mean_iou_per_image, pointing, detection }
        });
        Some(BySize { small, medium, large })
    }
}
