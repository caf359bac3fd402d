//! Generators, oracles and recorders for the tests that hold the core, the host model and the device together.
#![forbid(unsafe_code)]

#[cfg(feature = "host-model")]
pub mod agreement;
pub mod bounded_run;
pub mod frames;
pub mod line;
pub mod random_model;
pub mod recorder;
pub mod sound_plan;
pub mod specs;

/// floor(a / b + 1/2), the contract's rounding, for b > 0.
pub fn divide_half_up(a: i128, b: i128) -> i128 {
    (2 * a + b).div_euclid(2 * b)
}
