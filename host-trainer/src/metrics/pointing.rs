//! The pointing game: does the strongest evidence of an image lie in the lesion?

use super::{EvidenceMap, IGNORE, LabelMap, upsample};

/// Index of the largest of `levels` among the pixels that `judged` accepts; the first in row-major order wins a tie.
/// `None` when none is accepted.
pub fn maximum(levels: &[f32], judged: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (index, level) in levels.iter().enumerate() {
        if judged(index) && best.is_none_or(|best| *level > levels[best]) {
            best = Some(index);
        }
    }
    best
}

/// Whether the maximum of `map`, upsampled to `truth`, lies on a pixel of `class`. Ignored pixels cannot win.
/// A map that is flat at zero shows no evidence and points nowhere.
pub fn points_into(map: EvidenceMap<'_>, truth: LabelMap<'_>, class: u8) -> bool {
    let levels = upsample::bilinear(map, truth.width(), truth.height());
    points_at(&levels, truth, class)
}

/// [`points_into`] for levels that already have the size of `truth`.
pub(super) fn points_at(levels: &[f32], truth: LabelMap<'_>, class: u8) -> bool {
    maximum(levels, |index| truth.classes()[index] != IGNORE)
        .is_some_and(|index| levels[index] > 0.0 && truth.classes()[index] == class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::LESION;

    fn hit(levels: [f32; 4], truth: [u8; 4]) -> bool {
        points_into(EvidenceMap::new(2, 2, &levels).unwrap(), LabelMap::new(2, 2, &truth).unwrap(), LESION)
    }

    #[test]
    fn the_first_in_row_major_order_wins_a_tie() {
        assert!(hit([0.0, 9.0, 9.0, 1.0], [0, 1, 0, 0]));
        assert!(!hit([0.0, 9.0, 9.0, 1.0], [0, 0, 1, 0]));
    }

    #[test]
    fn ignored_pixels_and_empty_maps_do_not_point() {
        assert!(hit([9.0, 5.0, 0.0, 0.0], [IGNORE, 1, 0, 0]));
        assert!(!hit([0.0; 4], [1; 4]));
    }
}
