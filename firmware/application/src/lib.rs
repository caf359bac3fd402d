//! What a device does with a model beside running it. No board and no register is known here: everything outside comes
//! through the traits of `embedded-hal` and its relatives, so that all of it is tested on a host.
//!
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

pub mod slots;
