//! Pictures a person looks at: an image, the evidence over it as heat, the mask's outline, and grids of them.
//!
//! Nothing is measured here: masks are drawn at the picture's own resolution, metrics are computed at the mask's.

mod colour;
mod error;
mod feature_map;
mod fitted;
mod grid;
mod letters;
mod outline;
mod overlay;
mod picture;
mod png;

pub use colour::{HEAT_LEVELS, MASK_COLOUR, TRUTH_COLOUR, heat_table};
pub use error::PictureError;
pub use feature_map::feature_map;
pub use fitted::fitted;
pub use grid::{GridLabels, grid};
pub(crate) use letters::letters;
pub use overlay::{heat, original, overlay};
pub use picture::Picture;
pub use png::{png_bytes, save_png};
