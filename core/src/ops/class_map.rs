//! Rule 9: logits to 8-bit class maps and to the label of each pixel.

use super::softmax;
use crate::model::spec::{MAX_CLASSES, MapActivation};
use crate::numeric::{Multiplier, requantize};

/// 8-bit values of one pixel row of all maps: `logits` is `[width][maps]` in Q16, `put(map, x, value)` stores a value.
///
/// ReLU maps: `clamp(requantize(logit, R), 0, 255)`. Softmax maps: scale 1/255.
pub fn class_map_row(
    activation: MapActivation,
    multiplier: Option<Multiplier>,
    maps: usize,
    logits: &[i32],
    mut put: impl FnMut(usize, usize, u8),
) {
    let pixels = logits.chunks_exact(maps.max(1)).enumerate();
    match activation {
        MapActivation::Relu => {
            for (x, pixel) in pixels {
                for (map, &logit) in pixel.iter().enumerate() {
                    let value = multiplier.map_or(0, |r| requantize(logit, r).clamp(0, 255) as u8);
                    put(map, x, value);
                }
            }
        }
        MapActivation::Softmax => {
            let mut probabilities = [0; MAX_CLASSES];
            for (x, pixel) in pixels {
                softmax(pixel, &mut probabilities);
                for (map, &value) in probabilities.iter().enumerate().take(pixel.len()) {
                    put(map, x, value);
                }
            }
        }
    }
}

/// Binary mask of a row of the positive class's map: 1 where a value reaches `threshold`, else 0.
pub fn mask_row(map: &[u8], threshold: u8, labels: &mut [u8]) {
    for (&value, label) in map.iter().zip(labels) {
        *label = u8::from(value >= threshold);
    }
}

/// Label of each pixel of a row, the class of the largest logit, the first winning a tie.
pub fn label_row(maps: usize, logits: &[i32], labels: &mut [u8]) {
    for (pixel, label) in logits.chunks_exact(maps.max(1)).zip(labels) {
        let mut best = (i32::MIN, 0);
        for (class, &logit) in (0u8..).zip(pixel) {
            if logit > best.0 {
                best = (logit, class);
            }
        }
        *label = best.1;
    }
}
