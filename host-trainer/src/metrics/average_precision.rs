//! Average precision of one class and its mean over classes, for images with any number of labels.

/// Average precision, 0 to 1: the precision at each rank where recall rises, weighted by that rise. Equal scores enter
/// together, so their order does not matter; nothing is interpolated.
///
/// `None` where it is not defined: no positive, or a score that is not a number.
///
/// # Panics
/// When the two slices differ in length.
pub fn average_precision(scores: &[f32], positive: &[bool]) -> Option<f64> {
    assert_eq!(scores.len(), positive.len(), "one label a score");
    let positives = positive.iter().filter(|&&p| p).count();
    if positives == 0 || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));

    let (mut found, mut seen, mut sum) = (0, 0, 0.0);
    for group in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let newly_found = group.iter().filter(|&&i| positive[i]).count();
        found += newly_found;
        seen += group.len();
        sum += newly_found as f64 * found as f64 / seen as f64;
    }
    Some(sum / positives as f64)
}

/// Mean of [`average_precision`] over the classes that have a positive image. `scores[i][k]` and `labels[i][k]` are
/// image `i`'s for class `k`. `None` when no class has one.
///
/// # Panics
/// When the numbers of images or of classes differ.
pub fn mean_average_precision(scores: &[&[f32]], labels: &[&[bool]]) -> Option<f64> {
    assert_eq!(scores.len(), labels.len(), "one list of labels an image");
    let classes = scores.first().map_or(0, |image| image.len());
    let per_class: Vec<f64> = (0..classes)
        .filter_map(|class| {
            let scores: Vec<f32> = scores.iter().map(|image| image[class]).collect();
            let labels: Vec<bool> = labels.iter().map(|image| image[class]).collect();
            average_precision(&scores, &labels)
        })
        .collect();
    (!per_class.is_empty()).then(|| per_class.iter().sum::<f64>() / per_class.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_at_each_hit() {
        // Ranked: hit (1/1), miss, hit (2/3).
        let ap = average_precision(&[0.9, 0.8, 0.7], &[true, false, true]);
        assert!((ap.unwrap() - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn ties_enter_together() {
        for labels in [[true, false], [false, true]] {
            assert_eq!(average_precision(&[0.5, 0.5], &labels), Some(0.5));
        }
    }

    #[test]
    fn the_mean_leaves_out_classes_without_a_positive() {
        let map = mean_average_precision(
            &[&[0.9, 0.1, 0.3], &[0.2, 0.8, 0.4]],
            &[&[true, true, false], &[false, false, false]],
        );
        // Class 0: 1. Class 1: its only positive ranks second: 1/2. Class 2: none.
        assert_eq!(map, Some(0.75));
        assert_eq!(mean_average_precision(&[], &[]), None);
    }
}
