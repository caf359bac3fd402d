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
