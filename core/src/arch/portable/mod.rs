//! The definition of every function of a back end, in plain Rust with wrapping arithmetic.
#![forbid(unsafe_code)]

pub mod block_products;
pub mod block_transforms;
pub mod blocks;
pub mod column_products;
pub mod filter_transform;
pub mod gather;
pub mod input_windows;
pub mod lanes;
pub mod patch;
pub mod patch_transform;
pub mod products;
pub mod tile_outputs;
pub mod vectors;
pub mod window_products;
