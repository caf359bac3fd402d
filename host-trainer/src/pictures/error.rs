//! Why a picture could not be made.

use crate::files::FileError;

/// A picture that could not be drawn, encoded or saved.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// A buffer that is not a grey or RGB image of its size.
    #[error(
        "pixels of a {width}x{height} picture with {channels} channels: found {found} values, \
         expected width * height * channels, with 1 or 3 channels"
    )]
    Pixels {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Values a pixel.
        channels: usize,
        /// Length of the buffer.
        found: usize,
    },
    /// The PNG encoder refused.
    #[error("PNG encoding")]
    Encode(#[from] image::ImageError),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}
