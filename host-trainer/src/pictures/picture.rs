//! A borrowed, size-checked view of an 8-bit image, and its enlargement for the screen.

use image::RgbImage;
use image::imageops::{self, FilterType};

use super::PictureError;

/// Smallest length, in pixels, of the longer side of a drawn picture.
pub(super) const SCREEN_SIDE: usize = 320;

/// A grey or RGB image of 8 bits: `height` rows of `width` pixels, channels last.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    width: usize,
    height: usize,
    channels: usize,
    pixels: &'a [u8],
}

impl<'a> Picture<'a> {
    /// A picture over `pixels`.
    ///
    /// # Errors
    /// [`PictureError::Pixels`] for an empty picture, a buffer of another length, or channels that are neither 1 nor 3.
    pub fn new(width: usize, height: usize, channels: usize, pixels: &'a [u8]) -> Result<Self, PictureError> {
        let found = pixels.len();
        let expected = width.checked_mul(height).and_then(|area| area.checked_mul(channels));
        let drawable = u32::try_from(width).is_ok() && u32::try_from(height).is_ok();
        if found == 0 || expected != Some(found) || !matches!(channels, 1 | 3) || !drawable {
            return Err(PictureError::Pixels { width, height, channels, found });
        }
        Ok(Self { width, height, channels, pixels })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The picture as RGB at its own size; grey becomes three equal channels.
    pub fn to_rgb(self) -> RgbImage {
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let start = (y as usize * self.width + x as usize) * self.channels;
            match self.pixels[start..start + self.channels] {
                [red, green, blue] => image::Rgb([red, green, blue]),
                _ => image::Rgb([self.pixels[start]; 3]),
            }
        })
    }

    /// How many times larger the picture is drawn: a whole number that brings its longer side to at least 320 pixels.
    pub fn screen_scale(&self) -> usize {
        SCREEN_SIDE.div_ceil(self.width.max(self.height))
    }

    /// The picture as RGB at `screen_scale` times its size.
    pub(super) fn to_screen(self) -> RgbImage {
        let scale = self.screen_scale() as u32;
        let rgb = self.to_rgb();
        if scale == 1 {
            return rgb;
        }
        imageops::resize(&rgb, rgb.width() * scale, rgb.height() * scale, FilterType::CatmullRom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pictures_grow_by_a_whole_number() {
        let pixels = vec![7; 96 * 64];
        let screen = Picture::new(96, 64, 1, &pixels).unwrap().to_screen();
        assert_eq!(screen.dimensions(), (384, 256));
        assert!(screen.pixels().all(|pixel| pixel.0 == [7; 3]));
        assert_eq!(Picture::new(1000, 1, 1, &[0; 1000]).unwrap().screen_scale(), 1);
    }

    #[test]
    fn channels_are_last() {
        let rgb = Picture::new(2, 1, 3, &[1, 2, 3, 4, 5, 6]).unwrap().to_rgb();
        assert_eq!((rgb.get_pixel(0, 0).0, rgb.get_pixel(1, 0).0), ([1, 2, 3], [4, 5, 6]));
        for (channels, length) in [(2, 2), (3, 2), (1, 0)] {
            assert!(matches!(Picture::new(1, 1, channels, &vec![0; length]), Err(PictureError::Pixels { .. })));
        }
    }
}
