//! From a camera's frame to a network's input: a crop of it, averaged down row by row as it arrives, in integers.
//!
//! ```
//! use switchback::frame::{BoxFilter, Crop};
//! use switchback::model::MapShape;
//!
//! let camera = MapShape { height: 240, width: 320, channels: 1 };
//! let input = MapShape { height: 96, width: 96, channels: 1 };
//! let (mut sums, mut row) = ([0u32; 96], [0; 96]);
//! let mut filter = BoxFilter::new(camera, Crop::centered(camera, input), input, &mut sums, &mut row)?;
//! let mut rows = 0;
//! for _ in 0..camera.height {
//!     if let Some(row) = filter.push_row(&[200; 320])? {
//!         assert_eq!(row, [200; 96]); // for `Session::push_row`
//!         rows += 1;
//!     }
//! }
//! assert_eq!(rows, 96);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod box_filter;
mod crop;
mod error;
mod luma;
mod sum;
#[cfg(test)]
mod tests;

pub use box_filter::BoxFilter;
pub use crop::Crop;
pub use error::FrameError;
pub use luma::luma;
pub use sum::Sum;
