//! Armv8.1-M with vectors of integers (Helium, MVE): what pays beside [`super::dsp`], whose functions serve for all else.
//!
//! The vector unit must be on (CPACR, coprocessors 10 and 11) before anything here runs.
#![allow(
    unsafe_code,
    reason = "beside `dsp`, the only place of it in the core: instructions that Rust has no name for"
)]

pub(crate) mod input_windows;
pub(crate) mod vectors;
