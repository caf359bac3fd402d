//! The definition of every function of a back end, in plain Rust with wrapping arithmetic.

pub mod column_products;
pub mod gather;
pub mod lanes;
pub mod patch;
pub mod products;
pub mod vectors;
pub mod window_products;
