//! What an engine says about one image.

use switchback::model::MapShape;

/// Scores, class maps and labels of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// y_pred of Eq. 7, one a class.
    pub scores: Vec<f64>,
    /// Height and width of the maps, and how many there are.
    pub shape: MapShape,
    /// Class maps in levels of the integer model, 0 to 255: `[map][y][x]`. The last belongs to the last class.
    pub maps: Vec<Vec<f32>>,
    /// Argmax of the logits, or the mask in binary problems: `[y][x]`.
    pub labels: Vec<u8>,
}

impl Prediction {
    /// Binary problems: score of the positive class less that of the negative one.
    pub fn margin(&self) -> f64 {
        match self.scores[..] {
            [negative, positive, ..] => positive - negative,
            _ => 0.0,
        }
    }

    /// Binary problems: the positive class's map.
    pub fn evidence(&self) -> &[f32] {
        self.maps.last().map_or(&[], Vec::as_slice)
    }

    /// The map of one class; `None` where it has none, as the negative class where there is one map alone.
    pub fn map_of(&self, class: usize) -> Option<&[f32]> {
        let map = (class + self.maps.len()).checked_sub(self.scores.len())?;
        self.maps.get(map).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_map_is_that_of_the_last_class() {
        let shape = MapShape { width: 1, height: 1, channels: 1 };
        let one = Prediction { scores: vec![0.0; 2], shape, maps: vec![vec![7.0]], labels: vec![0] };
        assert_eq!((one.map_of(0), one.map_of(1), one.map_of(2)), (None, Some(&[7.0][..]), None));
        let three = Prediction { scores: vec![0.0; 3], maps: vec![vec![0.0], vec![1.0], vec![2.0]], ..one };
        assert_eq!(three.map_of(1), Some(&[1.0][..]));
    }
}
