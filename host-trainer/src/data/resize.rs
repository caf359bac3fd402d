//! Resizing to a network's input.

use image::imageops::{self, FilterType};
use image::{ImageBuffer, Luma, Pixel, Rgb};

use super::Image8;

/// Resizes by antialiased bilinear interpolation (a triangle whose width follows the reduction), each axis on its own;
/// an image that already fits comes back as it is.
///
/// # Panics
/// If `width` or `height` is 0, or `image.pixels` is not as long as its shape says.
pub fn resize(image: &Image8, width: usize, height: usize) -> Image8 {
    assert!(width > 0 && height > 0, "cannot resize to {width}x{height}");
    if (image.width, image.height) == (width, height) {
        return image.clone();
    }
    let pixels = match image.channels {
        1 => resampled::<Luma<u8>>(image, width, height),
        _ => resampled::<Rgb<u8>>(image, width, height),
    };
    Image8 { width, height, channels: image.channels, pixels }
}

fn resampled<P: Pixel<Subpixel = u8> + 'static>(image: &Image8, width: usize, height: usize) -> Vec<u8> {
    let source: ImageBuffer<P, &[u8]> =
        ImageBuffer::from_raw(image.width as u32, image.height as u32, image.pixels.as_slice())
            .expect("an image has height * width * channels pixels");
    imageops::resize(&source, width as u32, height as u32, FilterType::Triangle).into_raw()
}
