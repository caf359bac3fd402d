//! Images from the best to the worst.

use super::EvaluationSet;
use crate::engine::Prediction;

/// Positive images of a split by their overlap with the truth (`overlaps`, one an image), the largest first; the score
/// decides between equals, and where there are no masks. Where there are some, images without one are left out.
///
/// # Panics
/// Unless there is a prediction and an overlap for each image.
pub fn ranked_positives(set: &EvaluationSet, predictions: &[Prediction], overlaps: &[Option<f64>]) -> Vec<usize> {
    let has_overlaps = overlaps.iter().any(Option::is_some);
    let shown = |&i: &usize| set.is_positive(i) && (!has_overlaps || overlaps[i].is_some());
    let mut positives: Vec<usize> = (0..set.len()).filter(shown).collect();
    let rank = |i: usize| (overlaps[i].unwrap_or_default(), predictions[i].margin());
    positives.sort_by(|&a, &b| {
        let (a, b) = (rank(a), rank(b));
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    positives
}

/// `count` of `ranked`, the first and the last among them and the others evenly between; one alone is the first, and all
/// where there are fewer.
pub fn evenly_spaced(ranked: &[usize], count: usize) -> Vec<usize> {
    let count = count.min(ranked.len());
    (0..count).map(|i| ranked[i * (ranked.len() - 1) / (count - 1).max(1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_and_the_middle() {
        let ranked = [9, 8, 7, 6, 5, 4];
        assert_eq!(evenly_spaced(&ranked, 3), [9, 7, 4]);
        assert_eq!((evenly_spaced(&ranked, 1), evenly_spaced(&ranked, 9)), (vec![9], ranked.to_vec()));
        assert!(evenly_spaced(&[], 3).is_empty() && evenly_spaced(&ranked, 0).is_empty());
    }
}
