//! Pixel counts of true against predicted class, and the class-averaged IoU made from them (paper, Table 4).

use super::{IGNORE, LabelMap, MetricsError, iou::mean};

/// How often a pixel of one class was predicted as another. Counts of several images add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    /// `classes * classes` counts, `[truth][predicted]`.
    counts: Vec<u64>,
}

impl Confusion {
    /// No counts yet for `classes` classes, background included.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// Adds an image: `predicted` holds a class for each pixel of `truth`, row by row. Ignored pixels of `truth` count
    /// nowhere.
    ///
    /// # Errors
    /// [`MetricsError::Length`] for another number of pixels, [`MetricsError::UnknownClass`] for a class not counted
    /// here; earlier pixels are then already counted.
    pub fn add(&mut self, predicted: &[u8], truth: LabelMap<'_>) -> Result<(), MetricsError> {
        let (found, expected) = (predicted.len(), truth.classes().len());
        if found != expected {
            return Err(MetricsError::Length { what: "pixels of a predicted label map", found, expected });
        }
        for (&predicted, &truth) in predicted.iter().zip(truth.classes()) {
            if truth == IGNORE {
                continue;
            }
            for class in [predicted, truth] {
                if usize::from(class) >= self.classes {
                    return Err(MetricsError::UnknownClass { found: class, classes: self.classes });
                }
            }
            self.counts[usize::from(truth) * self.classes + usize::from(predicted)] += 1;
        }
        Ok(())
    }

    /// Adds the counts of another confusion over the same classes.
    ///
    /// # Panics
    /// When the numbers of classes differ.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.classes, other.classes, "the same classes");
        self.counts.iter_mut().zip(&other.counts).for_each(|(sum, count)| *sum += count);
    }

    /// Pixels of `class` that were predicted as `class`.
    pub fn correct(&self, class: usize) -> u64 {
        self.counts[class * self.classes + class]
    }

    /// Intersection over union of each class, background first; `None` for a class neither true nor predicted anywhere.
    pub fn class_iou(&self) -> Vec<Option<f64>> {
        let at = |truth: usize, predicted: usize| self.counts[truth * self.classes + predicted];
        (0..self.classes)
            .map(|class| {
                let truth: u64 = (0..self.classes).map(|other| at(class, other)).sum();
                let predicted: u64 = (0..self.classes).map(|other| at(other, class)).sum();
                let union = truth + predicted - self.correct(class);
                (union > 0).then(|| self.correct(class) as f64 / union as f64)
            })
            .collect()
    }

    /// Mean of [`Self::class_iou`] over the classes that occur.
    pub fn mean_iou(&self) -> Option<f64> {
        mean(self.class_iou().into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_over_the_classes_that_occur() {
        let mut confusion = Confusion::new(4);
        let truth = [0, 0, 0, 1, 1, IGNORE];
        confusion.add(&[0, 0, 1, 1, 2, 3], LabelMap::new(6, 1, &truth).unwrap()).unwrap();
        // Class 0: 2 of 3. Class 1: 1 of {2, 3, 4}. Class 2: 0 of 1. Class 3 only where ignored.
        assert_eq!(confusion.class_iou(), [Some(2.0 / 3.0), Some(1.0 / 3.0), Some(0.0), None]);
        assert!((confusion.mean_iou().unwrap() - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn an_unknown_class_is_named() {
        let truth = [7];
        let error = Confusion::new(2).add(&[0], LabelMap::new(1, 1, &truth).unwrap()).unwrap_err();
        assert_eq!(error, MetricsError::UnknownClass { found: 7, classes: 2 });
    }
}
