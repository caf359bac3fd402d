//! Generators, oracles and recorders for the tests that hold the core, the host model and the device together.

pub mod frames;
pub mod line;
pub mod random_model;
pub mod recorder;
pub mod specs;
