//! The ROC curve: what each score threshold finds, and what it costs.

/// Points (false positive rate, true positive rate), from (0, 0) to (1, 1), one for each different score, the highest
/// first. Joined by straight lines they enclose [`roc_auc`](super::roc_auc).
///
/// `None` where it is not defined: one of the two classes is missing, or a score is not a number.
///
/// # Panics
/// When the two slices differ in length.
pub fn roc_curve(scores: &[f32], positive: &[bool]) -> Option<Vec<(f64, f64)>> {
    assert_eq!(scores.len(), positive.len(), "one label a score");
    let positives = positive.iter().filter(|&&positive| positive).count();
    let negatives = positive.len() - positives;
    if positives == 0 || negatives == 0 || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));

    let (mut alarms, mut found) = (0, 0);
    let mut points = vec![(0.0, 0.0)];
    for group in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let newly_found = group.iter().filter(|&&i| positive[i]).count();
        found += newly_found;
        alarms += group.len() - newly_found;
        points.push((alarms as f64 / negatives as f64, found as f64 / positives as f64));
    }
    Some(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::roc_auc;

    #[test]
    fn encloses_the_area_ties_included() {
        let scores = [0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.05];
        let positive = [false, false, true, true, true, false, false];
        let points = roc_curve(&scores, &positive).unwrap();
        assert_eq!((points[0], points[points.len() - 1]), ((0.0, 0.0), (1.0, 1.0)));
        // Three images share the score 0.4: one step up and two to the right at once.
        assert_eq!(points[1..3], [(0.0, 1.0 / 3.0), (0.5, 2.0 / 3.0)]);
        let area: f64 = points.windows(2).map(|p| (p[1].0 - p[0].0) * (p[1].1 + p[0].1) / 2.0).sum();
        assert!((area - roc_auc(&scores, &positive).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn undefined_with_one_class_or_without_numbers() {
        assert_eq!(roc_curve(&[1.0, 2.0], &[true, true]), None);
        assert_eq!(roc_curve(&[1.0, 2.0], &[false, false]), None);
        assert_eq!(roc_curve(&[f32::NAN, 2.0], &[true, false]), None);
    }
}
