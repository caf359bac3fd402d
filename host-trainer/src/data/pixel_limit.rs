//! How large an image may be: a small file can promise more pixels than there is memory for.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use image::Limits;

use super::DataError;

/// The largest image that is decoded where nothing else is said, in pixels (64 Mpx): a radiograph has 16.
pub const MAX_PIXELS: u64 = 64 << 20;

/// Of this process: a guard like those of its operating system, which no data set has a say in.
static MOST: AtomicU64 = AtomicU64::new(MAX_PIXELS);

/// Most bytes that a decoder holds for a pixel: four channels of 16 bits, once more while they are put in order.
const BYTES_A_PIXEL: u64 = 16;

/// Lets this process decode images of at most so many pixels, in place of [`MAX_PIXELS`].
pub fn limit_pixels(most: u64) {
    MOST.store(most, Ordering::Relaxed);
}

/// Refuses a picture of more pixels than the limit.
pub(super) fn check_size(path: &Path, width: u32, height: u32) -> Result<(), DataError> {
    let most = MOST.load(Ordering::Relaxed);
    if u64::from(width) * u64::from(height) > most {
        return Err(DataError::TooManyPixels { path: path.to_path_buf(), width, height, most });
    }
    Ok(())
}

/// What a decoder may allocate: the pixels have their own limit, this is for all else that a file can promise.
pub(super) fn decoder_limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST.load(Ordering::Relaxed).saturating_mul(BYTES_A_PIXEL));
    limits
}
