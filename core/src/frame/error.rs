//! Why a frame cannot be filtered.

use core::fmt;

use super::Crop;

/// Why a crop of a frame cannot be brought to a network's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FrameError {
    /// The crop reaches beyond the frame.
    Outside {
        /// The crop.
        found: Crop,
        /// Columns of the frame.
        width: usize,
        /// Rows of the frame.
        height: usize,
    },
    /// The crop is smaller than the input in one direction: the filter reduces only.
    TooSmall {
        /// Columns and rows of the crop.
        found: (usize, usize),
        /// Columns and rows of the input.
        expected: (usize, usize),
    },
    /// The crop has more pixels than the sums can count.
    TooLarge {
        /// Columns and rows of the crop.
        found: (usize, usize),
        /// The most pixels.
        most: u64,
    },
    /// The frame has other channels than the input.
    Channels {
        /// Channels of the frame.
        found: usize,
        /// Channels of the input.
        expected: usize,
    },
    /// A buffer is shorter than a row of the input.
    Buffer {
        /// Which one.
        what: &'static str,
        /// Its elements.
        found: usize,
        /// Elements of a row.
        expected: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Outside { found: Crop { x, y, width: columns, height: rows }, width, height } => {
                write!(f, "crop: found {x},{y},{columns}x{rows}, expected it within the frame's {width}x{height}")
            }
            Self::TooSmall { found: (width, height), expected: (columns, rows) } => {
                write!(f, "crop: found {width}x{height}, expected at least the network's {columns}x{rows}")
            }
            Self::TooLarge { found: (width, height), most } => {
                write!(f, "crop: found {width}x{height}, expected at most {most} pixels")
            }
            Self::Channels { found, expected } => {
                write!(f, "channels of the frame: found {found}, expected the network's {expected}")
            }
            Self::Buffer { what, found, expected } => {
                write!(f, "filter's {what}: found {found} elements, expected at least {expected}")
            }
        }
    }
}

impl core::error::Error for FrameError {}
