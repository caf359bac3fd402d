//! The definition of every function of a back end, in plain Rust with wrapping arithmetic.

pub mod column_products;
pub mod gather;
#[cfg(any(test, switchback_helium))]
pub mod input_windows;
pub mod lanes;
pub mod patch;
pub mod products;
#[cfg_attr(
    not(switchback_helium),
    allow(dead_code, reason = "convolutions take them on a processor with vectors alone")
)]
pub mod vectors;
pub mod window_products;
