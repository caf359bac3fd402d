//! The positives of a split in three parts by lesion size, so that large lesions do not hide the small ones.

/// Indices of small, medium and large lesions: thirds of `areas` in rising order, the earlier first where areas are
/// equal. Where three does not divide the number, the later thirds are the larger.
pub fn thirds(areas: &[f64]) -> [Vec<usize>; 3] {
    let mut order: Vec<usize> = (0..areas.len()).collect();
    order.sort_by(|&a, &b| areas[a].total_cmp(&areas[b]));
    let cuts = [0, 1, 2, 3].map(|third| third * order.len() / 3);
    [0, 1, 2].map(|third| order[cuts[third]..cuts[third + 1]].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_by_area() {
        let areas = [0.5, 0.1, 0.4, 0.2, 0.2, 0.9, 0.3];
        assert_eq!(thirds(&areas), [vec![1, 3], vec![4, 6], vec![2, 0, 5]]);
        assert!(thirds(&[]).iter().all(Vec::is_empty));
        assert_eq!(thirds(&[1.0]), [vec![], vec![], vec![0]]);
    }
}
