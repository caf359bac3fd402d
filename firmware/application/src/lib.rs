//! What a device does with a model beside running it. No board and no register is known here: everything outside comes
//! through the traits of `embedded-hal`, `embedded-io`, `embedded-storage` and `embedded-graphics`, so that all of it is
//! tested on a host.
//!
//! - [`source`]: rows of a camera's frames.
//! - [`capture`](capture()): a frame from a source, cropped and averaged down, into a session.
//! - [`Alarm`]: a pin that follows the model's operating point.
//! - [`overlay`]: image, heat and a line of text on a display.
//! - [`slots`]: the model in flash, and a new one beside it that becomes current by one write.
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)
)]

#[cfg(any(test, feature = "alloc"))]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod alarm;
mod capture;
pub mod overlay;
pub mod slots;
pub mod source;
#[cfg(test)]
mod tests;

pub use alarm::Alarm;
pub use capture::{CaptureError, capture};
