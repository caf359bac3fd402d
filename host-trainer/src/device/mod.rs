//! The host's side of the serial link: one image through a device, and the comparison with the same core on the host.
//!
//! | file | what |
//! |---|---|
//! | `address` | where a device is reached: a TCP or Unix socket |
//! | `client` | the conversation: identify, send rows, collect the results, send a new model; what is lost is asked again |
//! | `planned` | a model's plan as a device stores it |
//! | `status` | how a device is |
//! | `answer` | the results of one image |
//! | `comparison` | what differs, first layer first |
//!
//! The messages themselves are [`switchback::link`]'s. Nothing here starts a device: that is `cargo xtask flash`.

mod address;
mod answer;
mod client;
mod comparison;
mod error;
mod planned;
mod status;

pub use address::Address;
pub use answer::{Answer, on_host};
pub use client::{Client, DeviceIdentity, patience};
pub use comparison::{Comparison, TapComparison};
pub use error::DeviceError;
pub use planned::PlannedModel;
pub use status::DeviceStatus;
