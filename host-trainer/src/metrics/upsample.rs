//! From the network's map resolution to the mask's: bilinear for evidence, nearest for labels.

use super::{EvidenceMap, LabelMap};

/// `map` at `width` x `height` by bilinear interpolation between pixel centres, clamped at the border
/// (what PyTorch calls `align_corners=False`). At its own size a map comes back unchanged.
pub fn bilinear(map: EvidenceMap<'_>, width: usize, height: usize) -> Vec<f32> {
    let columns: Vec<Tap> = (0..width).map(|x| Tap::at(x, map.width(), width)).collect();
    let mut upsampled = Vec::with_capacity(width * height);
    for y in 0..height {
        let row = Tap::at(y, map.height(), height);
        let upper = &map.levels()[row.first * map.width()..][..map.width()];
        let lower = &map.levels()[row.second * map.width()..][..map.width()];
        upsampled.extend(columns.iter().map(|column| row.mix(column.of(upper), column.of(lower))));
    }
    upsampled
}

/// `map` at `width` x `height`, each pixel the class of the source pixel that its centre lies in.
pub fn nearest(map: LabelMap<'_>, width: usize, height: usize) -> Vec<u8> {
    let source = |target: usize, from: usize, to: usize| (2 * target + 1) * from / (2 * to);
    let mut upsampled = Vec::with_capacity(width * height);
    for y in 0..height {
        let row = &map.classes()[source(y, map.height(), height) * map.width()..][..map.width()];
        upsampled.extend((0..width).map(|x| row[source(x, map.width(), width)]));
    }
    upsampled
}

/// The two source samples that a target position lies between, and the weight of the second.
struct Tap {
    first: usize,
    second: usize,
    weight: f32,
}

impl Tap {
    fn at(target: usize, from: usize, to: usize) -> Self {
        let position = ((target as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, (from - 1) as f32);
        let first = position as usize;
        Self { first, second: (first + 1).min(from - 1), weight: position - first as f32 }
    }

    fn of(&self, row: &[f32]) -> f32 {
        self.mix(row[self.first], row[self.second])
    }

    fn mix(&self, first: f32, second: f32) -> f32 {
        first + self.weight * (second - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_between_pixel_centres() {
        let row = EvidenceMap::new(2, 1, &[0.0, 100.0]).unwrap();
        assert_eq!(bilinear(row, 4, 1), [0.0, 25.0, 75.0, 100.0]);
        let column = EvidenceMap::new(1, 2, &[0.0, 100.0]).unwrap();
        assert_eq!(bilinear(column, 1, 4), [0.0, 25.0, 75.0, 100.0]);
    }

    #[test]
    fn keeps_a_map_at_its_own_size() {
        let levels = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0];
        assert_eq!(bilinear(EvidenceMap::new(3, 2, &levels).unwrap(), 3, 2), levels);
    }

    #[test]
    fn nearest_repeats_and_copes_with_odd_ratios() {
        let map = LabelMap::new(2, 1, &[7, 9]).unwrap();
        assert_eq!(nearest(map, 4, 2), [7, 7, 9, 9, 7, 7, 9, 9]);
        assert_eq!(nearest(map, 3, 1), [7, 9, 9]);
        assert_eq!(nearest(LabelMap::new(3, 1, &[1, 2, 3]).unwrap(), 1, 1), [2]);
    }
}
