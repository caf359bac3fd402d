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
}
