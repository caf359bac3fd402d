//! Image files as a person sees them, in 8 bits.
//!
//! The format is told from the bytes, not from the name. EXIF orientation is applied. Palettes are resolved, 16 bits are
//! scaled to 8 with rounding (65535 becomes 255), CMYK JPEGs are converted, transparency lies over black. Colour becomes
//! grey by the luma that devices compute: [`switchback::frame::luma`]. DICOM files are read where the feature `dicom` is
//! built in (`dicom_file`).

use std::io::{BufReader, Cursor};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};
use switchback::frame::luma;

use super::DataError;
#[cfg(feature = "dicom")]
use super::dicom_file::decode as decode_dicom;
use super::pixel_limit::{check_size, decoder_limits};
use crate::files::FileError;

const DICOM_MARK: [u8; 4] = *b"DICM";

/// Bytes of a DICOM file until the end of its mark, which stands behind an empty preamble of 128.
pub(super) const DICOM_MARK_END: usize = 132;

/// An 8-bit image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image8 {
    /// Width in pixels, at least 1.
    pub width: usize,
    /// Height in pixels, at least 1.
    pub height: usize,
    /// 1 (grey) or 3 (red, green, blue).
    pub channels: usize,
    /// `height * width * channels` values, rows first, channels last.
    pub pixels: Vec<u8>,
}

/// Reads an image file as grey (`channels` = 1) or colour (`channels` = 3).
///
/// # Errors
/// [`DataError`] naming the file: it cannot be read, holds no known format, has more pixels than the limit, is truncated or
/// otherwise broken.
///
/// # Panics
/// If `channels` is neither 1 nor 3.
pub fn load_image(path: &Path, channels: usize) -> Result<Image8, DataError> {
    assert!(matches!(channels, 1 | 3), "an image has 1 or 3 channels, not {channels}");
    let mut decoded = decode(path)?;
    if decoded.color().has_alpha() {
        decoded = over_black(&decoded);
    }
    let (width, height) = (decoded.width() as usize, decoded.height() as usize);
    let pixels = match (channels, decoded.color().has_color()) {
        (1, false) => decoded.into_luma8().into_raw(),
        (1, true) => decoded.into_rgb8().as_raw().as_chunks().0.iter().map(|&pixel| luma(pixel)).collect(),
        _ => decoded.into_rgb8().into_raw(),
    };
    Ok(Image8 { width, height, channels, pixels })
}

/// Decodes a file and turns it upright.
pub(super) fn decode(path: &Path) -> Result<DynamicImage, DataError> {
    let bytes = std::fs::read(path).map_err(FileError::of("read", path))?;
    if is_dicom(&bytes) {
        return decode_dicom(path, &bytes);
    }
    let failed = |source| decode_error(path, source);
    let mut reader = ImageReader::new(BufReader::new(Cursor::new(&bytes)))
        .with_guessed_format()
        .map_err(FileError::of("read", path))?;
    let Some(format) = reader.format() else {
        return Err(DataError::NotAnImage { path: path.to_path_buf() });
    };
    reader.limits(decoder_limits());
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    check_size(path, width, height)?;
    if format == ImageFormat::Jpeg && !has_end_of_image(&bytes) {
        return Err(DataError::Truncated { path: path.to_path_buf() });
    }
    let orientation = decoder.orientation().map_err(failed)?;
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(failed)?;
    decoded.apply_orientation(orientation);
    Ok(decoded)
}

/// Whether a file's first bytes, at least [`DICOM_MARK_END`] of them, say DICOM.
pub(super) fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(DICOM_MARK_END - DICOM_MARK.len()..DICOM_MARK_END) == Some(DICOM_MARK.as_slice())
}

#[cfg(not(feature = "dicom"))]
fn decode_dicom(path: &Path, _: &[u8]) -> Result<DynamicImage, DataError> {
    Err(DataError::BuiltWithoutDicom { path: path.to_path_buf() })
}

fn decode_error(path: &Path, source: ImageError) -> DataError {
    let path = path.to_path_buf();
    match source {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DataError::Truncated { path }
        }
        source => DataError::Decode { path, source },
    }
}

/// Whether a JPEG's picture is closed by an end-of-image marker. The decoder fills what is missing with grey and says
/// nothing, which would train on half an image.
fn has_end_of_image(jpeg: &[u8]) -> bool {
    // Segments before the picture (thumbnails in EXIF have end markers of their own) are skipped by their lengths.
    let mut at = 2;
    while let [0xff, marker, high, low, ..] = jpeg[at.min(jpeg.len())..] {
        if marker == 0xff {
            at += 1;
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        const START_OF_SCAN: u8 = 0xda;
        if marker == START_OF_SCAN {
            break;
        }
    }
    // Inside a scan 0xff is always followed by 0 or a restart marker, so this pair is an end marker.
    jpeg[at.min(jpeg.len())..].windows(2).any(|pair| pair == [0xff, 0xd9])
}

/// What is transparent shows black: in a radiograph, nothing there.
fn over_black(image: &DynamicImage) -> DynamicImage {
    let mut blended = image.to_rgba16();
    for pixel in blended.pixels_mut() {
        let [colour @ .., alpha] = &mut pixel.0;
        for value in colour {
            *value = ((u32::from(*value) * u32::from(*alpha) + 32767) / 65535) as u16;
        }
        *alpha = u16::MAX;
    }
    DynamicImage::ImageRgba16(blended)
}
