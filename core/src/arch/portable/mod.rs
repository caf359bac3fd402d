//! The definition of every function of a back end, in plain Rust with wrapping arithmetic.

pub mod block_products;
pub mod block_transforms;
pub mod column_products;
pub mod gather;
pub mod lanes;
pub mod patch;
pub mod products;
pub mod window_products;
