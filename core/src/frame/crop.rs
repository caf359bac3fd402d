//! The part of a frame that a network sees.

use crate::model::MapShape;

/// A rectangle of a frame's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Crop {
    /// The first column.
    pub x: usize,
    /// The first row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Crop {
    /// The whole frame.
    pub const fn whole(frame: MapShape) -> Self {
        Self { x: 0, y: 0, width: frame.width, height: frame.height }
    }

    /// The largest rectangle of the input's proportions, in the frame's middle.
    pub const fn centered(frame: MapShape, input: MapShape) -> Self {
        let (mut width, mut height) = (frame.width, frame.height);
        // 64 bits: the products of a network's sides and a frame's.
        let (wide, high) = (frame.width as u64 * input.height as u64, frame.height as u64 * input.width as u64);
        if wide > high && input.height > 0 {
            width = (high / input.height as u64) as usize;
        } else if high > wide && input.width > 0 {
            height = (wide / input.width as u64) as usize;
        }
        Self { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height }
    }
}
