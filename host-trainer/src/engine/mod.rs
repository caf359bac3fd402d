//! One image through a network by each of the three engines, with results in one form.
//!
//! - [`CoreEngine`]: the integer core, as on the device;
//! - [`host`]: the host model, which must give the same integers;
//! - [`float`]: the trained f32 network, class maps brought to the integer model's levels.

mod core;
pub mod float;
pub mod host;
mod prediction;

pub use self::core::{CoreEngine, EngineError};
pub use prediction::Prediction;
