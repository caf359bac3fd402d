//! What instruction counts are counted with: images that every board makes by itself, and models that anyone can make again,
//! bit for bit. All of it comes from integers; nothing is trained.
#![forbid(unsafe_code)]
#![no_std]

#[cfg(feature = "models")]
extern crate alloc;

#[cfg(feature = "models")]
pub mod calibration;
#[cfg(feature = "models")]
pub mod expected;
pub mod images;
#[cfg(feature = "models")]
pub mod memory;
#[cfg(feature = "models")]
pub mod networks;
#[cfg(feature = "models")]
pub mod random;
