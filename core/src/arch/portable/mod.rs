//! The definition of every function of a back end, in plain Rust with wrapping arithmetic.

pub mod gather;
pub mod lanes;
