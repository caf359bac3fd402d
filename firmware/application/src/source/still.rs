//! An image in memory.

use core::convert::Infallible;
use core::fmt;

use switchback::model::MapShape;

use super::RowSource;

/// One image as every frame: for demonstrations and tests.
#[derive(Clone, Debug)]
pub struct Still<'a> {
    shape: MapShape,
    pixels: &'a [u8],
    /// Elements of the frame that were read.
    read: usize,
}

/// An image of another length than its shape says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StillLength {
    /// Bytes of the image.
    pub found: usize,
    /// Bytes of its shape.
    pub expected: usize,
}

impl fmt::Display for StillLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "still image: found {} bytes, expected {}", self.found, self.expected)
    }
}

impl core::error::Error for StillLength {}

impl<'a> Still<'a> {
    /// The image `pixels`, rows first, channels last.
    ///
    /// # Errors
    /// [`StillLength`] where its length is not the shape's.
    pub fn new(shape: MapShape, pixels: &'a [u8]) -> Result<Self, StillLength> {
        let (found, expected) = (pixels.len(), shape.elements());
        if found == expected { Ok(Self { shape, pixels, read: 0 }) } else { Err(StillLength { found, expected }) }
    }
}

impl RowSource for Still<'_> {
    type Error = Infallible;

    fn shape(&self) -> MapShape {
        self.shape
    }

    fn start_frame(&mut self) -> Result<(), Infallible> {
        self.read = 0;
        Ok(())
    }

    fn read_row(&mut self, row: &mut [u8]) -> Result<(), Infallible> {
        for (value, &pixel) in row.iter_mut().zip(self.pixels.iter().skip(self.read)) {
            *value = pixel;
        }
        self.read += row.len();
        Ok(())
    }
}
