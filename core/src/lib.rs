//! Integer inference of a switch-pooled, tied-deconvolution network on a microcontroller.
#![no_std]
#![deny(unsafe_code)]

pub mod link;
pub mod model;
pub mod numeric;
pub mod ops;
pub mod stream;
