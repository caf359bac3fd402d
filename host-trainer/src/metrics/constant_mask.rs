//! A control that ignores the image: the best mask that is the same for all of them. A network must beat it to have
//! shown that it looks at the image at all.

use super::{IGNORE, LabelMap, MaskControl, Overlap, mean_per_image, pooled, upsample};

/// One mask for every image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstantMask {
    width: usize,
    height: usize,
    mask: Vec<u8>,
}

impl ConstantMask {
    /// The mask whose pooled IoU over `truths` (the positives of the validation split) is the largest of all that
    /// cut their pixelwise mean at some level. It has the size of the first; the others are brought to it.
    /// `None` when no truth marks a pixel.
    pub fn fit(truths: &[LabelMap<'_>]) -> Option<Self> {
        let first = truths.first()?;
        let (width, height) = (first.width(), first.height());
        // A pixel: images that mark it, and images that judge it.
        let mut votes = vec![(0u64, 0u64); width * height];
        for &truth in truths {
            for (vote, class) in votes.iter_mut().zip(upsample::nearest(truth, width, height)) {
                vote.0 += u64::from(class != 0 && class != IGNORE);
                vote.1 += u64::from(class != IGNORE);
            }
        }
        let mut order: Vec<usize> = (0..votes.len()).filter(|&pixel| votes[pixel].0 > 0).collect();
        let share = |pixel: usize| votes[pixel].0 as f64 / votes[pixel].1 as f64;
        order.sort_by(|&a, &b| share(b).total_cmp(&share(a)));

        // Taking pixels in falling order of their share visits every cut of the mean.
        let mut overlap = Overlap { intersection: 0, union: votes.iter().map(|vote| vote.0).sum() };
        let mut best = (0.0, 0);
        let mut taken = 0;
        for level in order.chunk_by(|&a, &b| share(a) == share(b)) {
            for &pixel in level {
                overlap.intersection += votes[pixel].0;
                overlap.union += votes[pixel].1 - votes[pixel].0;
            }
            taken += level.len();
            let iou = overlap.iou()?;
            if iou > best.0 {
                best = (iou, taken);
            }
        }
        let mut mask = vec![0; votes.len()];
        order[..best.1].iter().for_each(|&pixel| mask[pixel] = 1);
        (best.1 > 0).then_some(Self { width, height, mask })
    }

    /// What this mask reaches on the positives of a split; absent figures where there are none.
    pub fn judge(&self, truths: &[LabelMap<'_>]) -> MaskControl {
        let mask = LabelMap { width: self.width, height: self.height, classes: &self.mask };
        let overlaps: Vec<Overlap> = truths
            .iter()
            .map(|&truth| {
                let predicted = upsample::nearest(mask, truth.width(), truth.height());
                Overlap::of(predicted.into_iter().map(|class| class != 0), truth)
            })
            .collect();
        MaskControl { iou: pooled(&overlaps), mean_iou_per_image: mean_per_image(&overlaps) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_pixels_that_pay() {
        let masks = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]];
        let truths: Vec<LabelMap<'_>> = masks.iter().map(|mask| LabelMap::new(4, 1, mask).unwrap()).collect();
        // Votes 3, 2, 1, 0. One pixel: 3/6. Two: 5/7. Three: 6/9. Two pixels win.
        let constant = ConstantMask::fit(&truths).unwrap();
        assert_eq!(constant.mask, [1, 1, 0, 0]);
        let control = constant.judge(&truths);
        assert_eq!(control.iou, Some(5.0 / 7.0));
        assert!((control.mean_iou_per_image.unwrap() - (1.0 + 1.0 + 1.0 / 3.0) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn empty_truths_have_no_constant_mask() {
        assert_eq!(ConstantMask::fit(&[]), None);
        assert_eq!(ConstantMask::fit(&[LabelMap::new(2, 1, &[0, IGNORE]).unwrap()]), None);
    }
}
