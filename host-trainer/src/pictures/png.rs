//! PNG bytes and files.

use std::io::{Cursor, Write};
use std::path::Path;

use image::{DynamicImage, ImageFormat};

use super::PictureError;
use crate::files::write_atomically;

/// `image` (grey or RGB) as the bytes of a PNG file.
///
/// # Errors
/// [`PictureError::Encode`] when the encoder refuses the image, such as one without pixels.
pub fn png_bytes(image: impl Into<DynamicImage>) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Writes `image` to `path` as PNG, whole or not at all.
///
/// # Errors
/// As [`png_bytes`], and [`PictureError::File`] when the file cannot be written.
pub fn save_png(image: impl Into<DynamicImage>, path: &Path) -> Result<(), PictureError> {
    let bytes = png_bytes(image)?;
    write_atomically(path, |file| file.write_all(&bytes))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("a.png");
        let picture = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([x as u8, y as u8, 9]));
        save_png(picture.clone(), &path).unwrap();
        assert_eq!(image::open(&path).unwrap().into_rgb8(), picture);
        assert!(matches!(png_bytes(image::RgbImage::new(0, 0)), Err(PictureError::Encode(_))));
    }
}
