//! Mask files: pixel truth to judge by. Training never comes here.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::image_file::decode;
use super::pixel_limit::check_size;
use super::{DataError, Task};
use crate::files::FileError;
use crate::metrics::{LabelMap, upsample};

/// A class for each pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `height * width` classes, rows first: 0 background, else the class index, or
    /// [`IGNORE`](crate::metrics::IGNORE). A binary mask has 0 and 1.
    pub classes: Vec<u8>,
}

impl Mask {
    /// The mask as metrics see it.
    ///
    /// # Panics
    /// If `classes` is empty or not as long as the size says.
    pub fn labels(&self) -> LabelMap<'_> {
        LabelMap::new(self.width, self.height, &self.classes).expect("a mask has height * width classes")
    }

    /// The mask at another size: each pixel takes the class under its centre.
    ///
    /// # Panics
    /// As [`Self::labels`].
    pub fn resize_nearest(&self, width: usize, height: usize) -> Self {
        Self { width, height, classes: upsample::nearest(self.labels(), width, height) }
    }
}

/// Reads a mask.
///
/// - Binary: any image. A pixel is positive where its brightest channel is at least 128, so that 0/255 and 1-bit masks
///   work, as do black-and-colour ones; a mask whose greatest value is 1 is taken as it is.
/// - Multi-label: a PNG whose stored numbers, grey values or palette entries, are class indices, as in VOC.
///
/// # Errors
/// [`DataError`] naming the file: it cannot be read or decoded, or a multi-label mask stores no indices.
pub fn load_mask(path: &Path, task: Task) -> Result<Mask, DataError> {
    match task {
        Task::Binary => binary(path),
        Task::MultiLabel => indices(path),
    }
}

fn binary(path: &Path) -> Result<Mask, DataError> {
    let decoded = decode(path)?.into_rgb8();
    let brightest: Vec<u8> = decoded.pixels().map(|pixel| pixel.0[0].max(pixel.0[1]).max(pixel.0[2])).collect();
    let threshold = if brightest.iter().all(|&value| value <= 1) { 1 } else { 128 };
    Ok(Mask {
        width: decoded.width() as usize,
        height: decoded.height() as usize,
        classes: brightest.into_iter().map(|value| u8::from(value >= threshold)).collect(),
    })
}

/// The stored numbers of a grey or palette PNG. The `image` crate would look palette entries up and stretch grey values
/// below 8 bits, so the decoder underneath it is used.
fn indices(path: &Path) -> Result<Mask, DataError> {
    let file = File::open(path).map_err(FileError::of("read", path))?;
    let failed = |source: png::DecodingError| match source {
        png::DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DataError::Truncated { path: path.to_path_buf() }
        }
        source => DataError::MaskFormat { path: path.to_path_buf(), found: source.to_string() },
    };
    let mut decoder = png::Decoder::new(BufReader::new(file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(failed)?;
    let (colour, depth) = (reader.info().color_type, reader.info().bit_depth);
    let indexed = matches!(colour, png::ColorType::Grayscale | png::ColorType::Indexed);
    if !indexed || depth == png::BitDepth::Sixteen {
        let found = format!("{} bits a value, {colour:?}", depth as u8);
        return Err(DataError::MaskFormat { path: path.to_path_buf(), found });
    }
    let (width, height) = (reader.info().width, reader.info().height);
    check_size(path, width, height)?;
    let mut packed = vec![0; reader.output_buffer_size().unwrap_or(0)];
    let frame = reader.next_frame(&mut packed).map_err(failed)?;
    let (width, height, bits) = (width as usize, height as usize, depth as usize);
    let classes = packed.chunks(frame.line_size).take(height).flat_map(|row| unpacked(row, width, bits)).collect();
    Ok(Mask { width, height, classes })
}

/// The numbers of one row of `width` values of `bits` bits (1, 2, 4 or 8), the first in the highest bits of its byte.
fn unpacked(row: &[u8], width: usize, bits: usize) -> impl Iterator<Item = u8> + '_ {
    let per_byte = 8 / bits;
    let top = u8::MAX >> (8 - bits);
    (0..width).map(move |x| (row[x / per_byte] >> (8 - bits * (1 + x % per_byte))) & top)
}
