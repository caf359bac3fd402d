//! Where a camera's rows come from.
//!
//! | source | what |
//! |---|---|
//! | [`Still`] | an image in flash, again and again: for demonstrations |
//! | [`Stream`] | rows over a byte stream: a serial line, a socket |
//! | [`ArduCam`] | a camera module of the ArduCAM Mini 2MP kind: its own frame memory behind SPI, the sensor behind I²C |
//! | [`Grey`] | another source's colour as grey, for grey networks |

mod arducam;
mod grey;
mod ov2640;
mod still;
mod stream;
#[cfg(test)]
mod tests;

use switchback::model::MapShape;

pub use arducam::{ArduCam, ArduCamError, Colours};
pub use grey::Grey;
pub use still::{Still, StillLength};
pub use stream::{FRAME_START, Stream, StreamError};

/// Frames of 8-bit pixels, a row at a time.
pub trait RowSource {
    /// Why there is no frame or no row.
    type Error: core::error::Error;

    /// Rows, columns and channels (1 or 3) of every frame.
    fn shape(&self) -> MapShape;

    /// Begins a frame; what is left of the last one is dropped.
    ///
    /// # Errors
    /// Where there is no frame. Another attempt is allowed.
    fn start_frame(&mut self) -> Result<(), Self::Error>;

    /// The next row of the frame, top first, channels last. `row` is as long as a row of [`Self::shape`].
    ///
    /// # Errors
    /// Where the row does not come whole: the frame is lost.
    fn read_row(&mut self, row: &mut [u8]) -> Result<(), Self::Error>;
}
