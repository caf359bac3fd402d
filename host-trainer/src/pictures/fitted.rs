//! Pictures made smaller for a grid.

use image::RgbImage;
use image::imageops::{self, FilterType};

/// `picture` with its longer side `side` pixels long.
pub fn fitted(picture: &RgbImage, side: u32) -> RgbImage {
    let longer = picture.width().max(picture.height()).max(1);
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longer)).max(1) as u32;
    imageops::resize(picture, scaled(picture.width()), scaled(picture.height()), FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_side_is_as_long_as_asked() {
        assert_eq!(fitted(&RgbImage::new(384, 192), 240).dimensions(), (240, 120));
        assert_eq!(fitted(&RgbImage::new(1, 300), 100).dimensions(), (1, 100));
    }
}
