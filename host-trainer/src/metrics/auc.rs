//! Area under the ROC curve: how often a positive image scores above a negative one.

/// Area under the ROC curve, 0 to 1, of `scores` against `positive`. Equal scores count half (average ranks).
///
/// `None` where it is not defined: one of the two classes is missing, or a score is not a number.
///
/// # Panics
/// When the two slices differ in length.
pub fn roc_auc(scores: &[f32], positive: &[bool]) -> Option<f64> {
    assert_eq!(scores.len(), positive.len(), "one label a score");
    if scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));

    // The Mann-Whitney statistic: for each group of equal scores, its positives beat the negatives below the group
    // and draw with the negatives inside it.
    let (mut wins, mut positives, mut negatives) = (0.0, 0.0, 0.0);
    for group in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let in_group = group.iter().filter(|&&i| positive[i]).count() as f64;
        let others = group.len() as f64 - in_group;
        wins += in_group * (negatives + 0.5 * others);
        positives += in_group;
        negatives += others;
    }
    let pairs = positives * negatives;
    (pairs > 0.0).then(|| wins / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_ordered_pairs() {
        // Pairs (positive, negative): (0.35, 0.1) won, (0.35, 0.4) lost, (0.8, 0.1) won, (0.8, 0.4) won.
        assert_eq!(roc_auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), Some(0.75));
    }

    #[test]
    fn a_tie_is_half_a_pair() {
        assert_eq!(roc_auc(&[1.0, 1.0, 1.0], &[true, false, false]), Some(0.5));
        // (2, 2) half, (2, 1) won, (3, 2) won, (3, 1) won.
        assert_eq!(roc_auc(&[2.0, 2.0, 3.0, 1.0], &[true, false, true, false]), Some(3.5 / 4.0));
        // The two zeros are one score.
        assert_eq!(roc_auc(&[-0.0, 0.0], &[false, true]), Some(0.5));
    }

    #[test]
    fn undefined_with_one_class_or_without_numbers() {
        assert_eq!(roc_auc(&[1.0, 2.0], &[true, true]), None);
        assert_eq!(roc_auc(&[], &[]), None);
        assert_eq!(roc_auc(&[f32::NAN, 2.0], &[true, false]), None);
    }
}
