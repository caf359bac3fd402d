//! One channel of a feature map, each value a square.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::picture::SCREEN_SIDE;
use crate::metrics::EvidenceMap;

/// `map` in the colours of inferno, black for 0 and below, the brightest for its largest value; enlarged by a whole number
/// so that its longer side has at least 320 pixels, without interpolation: what one sees is what the layer holds.
pub fn feature_map(map: EvidenceMap<'_>) -> RgbImage {
    let peak = map.peak();
    let colour = |x: u32, y: u32| {
        let value = map.levels()[y as usize * map.width() + x as usize];
        let strength = if peak > 0.0 { (value / peak).max(0.0) } else { 0.0 };
        let colorous::Color { r, g, b } = colorous::INFERNO.eval_continuous(strength.into());
        Rgb([r, g, b])
    };
    let drawn = RgbImage::from_fn(map.width() as u32, map.height() as u32, colour);
    let scale = SCREEN_SIDE.div_ceil(map.width().max(map.height())) as u32;
    imageops::resize(&drawn, drawn.width() * scale, drawn.height() * scale, FilterType::Nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_square_as_bright_as_its_share_of_the_largest() {
        let drawn = feature_map(EvidenceMap::new(2, 1, &[0.0, 3.0]).unwrap());
        assert_eq!(drawn.dimensions(), (320, 160));
        let bright = colorous::INFERNO.eval_continuous(1.0);
        assert_eq!(drawn.get_pixel(160, 159).0, [bright.r, bright.g, bright.b]);
        assert!(drawn.get_pixel(159, 0).0.iter().all(|&channel| channel < 8), "{:?}", drawn.get_pixel(159, 0));
        assert_eq!(feature_map(EvidenceMap::new(1, 1, &[0.0]).unwrap()).get_pixel(0, 0), drawn.get_pixel(0, 0));
    }
}
