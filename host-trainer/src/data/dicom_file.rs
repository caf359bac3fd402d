//! DICOM files of one frame, as a viewer shows them: samples through the rescale and the window of the file to 8 bits, dark
//! where nothing is (MONOCHROME1 is inverted).
//!
//! Of several windows the first counts. Without one the first VOI table is used, and without that all values that the stored
//! bits can have: not those that the image has, so that two images of one machine stay comparable. Colour is taken as it is.

use std::error::Error;
use std::path::Path;

use dicom_object::DefaultDicomObject;
use dicom_object::file::{OpenFileOptions, ReadPreamble};
use dicom_pixeldata::{
    DecodedPixelData, Lut, PhotometricInterpretation, PixelDecoder, PixelRepresentation, PlanarConfiguration, Rescale,
    VoiLutFunction, WindowLevel, WindowLevelTransform,
};
use image::{DynamicImage, GrayImage, RgbImage};

use super::DataError;
use super::pixel_limit::check_size;

/// The brightest level.
const WHITE: f64 = 255.0;

/// Decodes a DICOM file.
///
/// # Errors
/// [`DataError::Dicom`] says what it has that is not understood; [`DataError::TooManyPixels`] before anything is decoded.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<DynamicImage, DataError> {
    let refused = |reason: String| DataError::Dicom { path: path.to_path_buf(), reason };
    let broken = |error: &dyn Error| refused(with_causes(error));
    let object = OpenFileOptions::new()
        .read_preamble(ReadPreamble::Always)
        .from_reader(bytes)
        .map_err(|error| broken(&error))?;
    let number = |name| number(&object, name).map_err(refused);
    let (width, height) = (number("Columns")?, number("Rows")?);
    check_size(path, width, height)?;
    let frames = if object.element_by_name("NumberOfFrames").is_ok() { number("NumberOfFrames")? } else { 1 };
    let (allocated, stored) = (number("BitsAllocated")?, number("BitsStored")?);
    let expected =
        |what: &str, found: u32, expected: &str| Err(refused(format!("found {found} {what}, expected {expected}")));
    match (frames, allocated, stored) {
        (1, 8 | 16, 1..) if stored <= allocated => {}
        (1, 8 | 16, _) => return expected("bits stored", stored, &format!("1 to the {allocated} allocated")),
        (1, ..) => return expected("bits allocated", allocated, "8 or 16"),
        _ => return expected("frames", frames, "one"),
    }
    let decoded = object.decode_pixel_data().map_err(|error| broken(&error))?;
    let samples = decoded.frame_data(0).map_err(|error| broken(&error))?;
    let image = match (decoded.samples_per_pixel(), decoded.photometric_interpretation()) {
        (1, PhotometricInterpretation::Monochrome1) => grey(&decoded, samples, true).map(DynamicImage::from),
        (1, PhotometricInterpretation::Monochrome2) => grey(&decoded, samples, false).map(DynamicImage::from),
        (3, PhotometricInterpretation::Rgb) if allocated == 8 => colour(&decoded, samples).map(DynamicImage::from),
        (count, kind) => Err(format!(
            "found {kind} of {count} samples of {allocated} bits, expected MONOCHROME1, MONOCHROME2, or RGB of 8 bits"
        )),
    };
    image.map_err(refused)
}

/// A number of the file's header.
fn number(object: &DefaultDicomObject, name: &str) -> Result<u32, String> {
    let element = object.element_by_name(name).map_err(|error| with_causes(&error))?;
    element.to_int().map_err(|error| format!("{name}: {}", with_causes(&error)))
}

fn grey(decoded: &DecodedPixelData<'_>, samples: &[u8], inverted: bool) -> Result<GrayImage, String> {
    let bits = decoded.bits_stored();
    let signed = decoded.pixel_representation() == PixelRepresentation::Signed;
    let to_level = levels(decoded, bits, signed)?;
    let table = Lut::<u8>::new_with_fn(bits, signed, |value| {
        let level = to_level(value).round();
        if inverted { WHITE - level } else { level }
    })
    .map_err(|error| with_causes(&error))?;
    // The stored bits end at the high bit; what lies around them is no part of the sample.
    let unused = (decoded.high_bit() + 1).saturating_sub(bits).min(15);
    let values: Vec<u8> = match decoded.bits_allocated() {
        8 => samples.iter().map(|&sample| table.get(sample >> unused.min(7))).collect(),
        _ => samples.as_chunks().0.iter().map(|&pair| table.get(u16::from_le_bytes(pair) >> unused)).collect(),
    };
    image_of(decoded, values, GrayImage::from_raw)
}

/// How a sample becomes a level of 0 to 255.
fn levels<'a>(
    decoded: &'a DecodedPixelData<'_>,
    bits: u16,
    signed: bool,
) -> Result<Box<dyn Fn(f64) -> f64 + Sync + 'a>, String> {
    let broken = |error: dicom_pixeldata::Error| with_causes(&error);
    let rescale = *decoded.rescale().map_err(broken)?.first().ok_or("found no rescale, expected one or the default")?;
    let window = decoded.window().map_err(broken)?.and_then(<[_]>::first);
    if let Some(&window) = window {
        let function = decoded.voi_lut_function().map_err(broken)?.and_then(<[_]>::first);
        let window = WindowLevelTransform::new(function.copied().unwrap_or_default(), window);
        return Ok(Box::new(move |value| window.apply(rescale.apply(value), WHITE)));
    }
    let table = decoded.voi_lut_sequence().map_err(broken)?.and_then(<[_]>::first);
    if let Some(table) = table
        && let (&[first, ..], Some(&most)) = (table.data.as_slice(), table.data.iter().max())
    {
        // Files are about that say 16 bits and use 12: what counts is what the entries use.
        let white = f64::from((u32::from(most) + 1).next_power_of_two() - 1).max(1.0);
        return Ok(Box::new(move |value| {
            let at = rescale.apply(value).round() - f64::from(table.min_pixel_value);
            // Before the table its first entry, behind it the last.
            let entry = table.data.get(at.max(0.0) as usize).or(table.data.last()).copied().unwrap_or(first);
            f64::from(entry) / white * WHITE
        }));
    }
    let all = full_range(rescale, bits, signed);
    Ok(Box::new(move |value| all.apply(rescale.apply(value), WHITE)))
}

/// The window of all values that a sample of so many bits can have.
fn full_range(rescale: Rescale, bits: u16, signed: bool) -> WindowLevelTransform {
    let values = f64::from(1_u32 << bits);
    let least = if signed { -values / 2.0 } else { 0.0 };
    let [a, b] = [least, least + values - 1.0].map(|value| rescale.apply(value));
    let window = WindowLevel { center: (a + b) / 2.0, width: (b - a).abs() };
    WindowLevelTransform::new(VoiLutFunction::LinearExact, window)
}

fn colour(decoded: &DecodedPixelData<'_>, samples: &[u8]) -> Result<RgbImage, String> {
    let values = match decoded.planar_configuration() {
        PlanarConfiguration::Standard => samples.to_vec(),
        // All of red, then green, then blue.
        PlanarConfiguration::PixelFirst => {
            let pixels = samples.len() / 3;
            (0..3 * pixels).map(|i| samples[i % 3 * pixels + i / 3]).collect()
        }
    };
    image_of(decoded, values, RgbImage::from_raw)
}

fn image_of<T>(
    decoded: &DecodedPixelData<'_>,
    values: Vec<u8>,
    make: impl Fn(u32, u32, Vec<u8>) -> Option<T>,
) -> Result<T, String> {
    let (width, height, found) = (decoded.columns(), decoded.rows(), values.len());
    make(width, height, values).ok_or_else(|| format!("found {found} samples, expected {width}x{height}"))
}

/// An error with what caused it; the crate's errors say only their own part.
fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
