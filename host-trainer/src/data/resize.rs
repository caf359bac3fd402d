//! Resizing to a network's input.

use image::imageops::{self, FilterType};
use image::{ImageBuffer, Luma, Pixel, Rgb};
use switchback::frame::{BoxFilter, Crop, FrameError};
use switchback::model::MapShape;

use super::Image8;

/// Resizes a whole image: by [`reduce`] where it is as large in both directions, so that training sees what a device makes of
/// its camera's frames; otherwise by bilinear interpolation, antialiased where one direction shrinks, each axis on its own.
///
/// # Panics
/// If `width` or `height` is 0, or `image.pixels` is not as long as its shape says.
pub fn resize(image: &Image8, width: usize, height: usize) -> Image8 {
    assert!(width > 0 && height > 0, "cannot resize to {width}x{height}");
    if let Ok(reduced) = reduce(image, Crop::whole(shape(image)), width, height) {
        return reduced;
    }
    let pixels = match image.channels {
        1 => resampled::<Luma<u8>>(image, width, height),
        _ => resampled::<Rgb<u8>>(image, width, height),
    };
    Image8 { width, height, channels: image.channels, pixels }
}

/// Brings a crop of an image to another size by averaging over areas, as a device does: [`switchback::frame`].
///
/// # Errors
/// [`FrameError`] where the crop leaves the image or is smaller than `width` x `height` in a direction.
///
/// # Panics
/// If `image.pixels` is not as long as its shape says.
pub fn reduce(image: &Image8, crop: Crop, width: usize, height: usize) -> Result<Image8, FrameError> {
    let (frame, channels) = (shape(image), image.channels);
    assert_eq!(image.pixels.len(), frame.elements(), "an image has height * width * channels pixels");
    let input = MapShape { height, width, channels };
    let (mut sums, mut row) = (vec![0u64; input.row_elements()], vec![0; input.row_elements()]);
    let mut filter = BoxFilter::new(frame, crop, input, &mut sums, &mut row)?;
    let mut pixels = Vec::with_capacity(input.elements());
    for row in image.pixels.chunks_exact(frame.row_elements()) {
        pixels.extend(filter.push_row(row).expect("rows of the image").unwrap_or(&[]));
    }
    Ok(Image8 { width, height, channels, pixels })
}

fn shape(image: &Image8) -> MapShape {
    MapShape { height: image.height, width: image.width, channels: image.channels }
}

fn resampled<P: Pixel<Subpixel = u8> + 'static>(image: &Image8, width: usize, height: usize) -> Vec<u8> {
    let source: ImageBuffer<P, &[u8]> =
        ImageBuffer::from_raw(image.width as u32, image.height as u32, image.pixels.as_slice())
            .expect("an image has height * width * channels pixels");
    imageops::resize(&source, width as u32, height as u32, FilterType::Triangle).into_raw()
}
