//! Armv7-M and Armv8-M Mainline, with the DSP extension or without it: `instructions.s` has what differs.
#![allow(unsafe_code, reason = "the only place of it in the core: instructions that Rust has no name for")]

pub(crate) mod block_products;
pub(crate) mod block_transforms;
pub(crate) mod column_products;
pub(crate) mod filter_transform;
pub(crate) mod gather;
#[cfg(switchback_dsp)]
pub(crate) mod lanes;
pub(crate) mod patch;
pub(crate) mod patch_transform;
pub(crate) mod products;
pub(crate) mod tile_outputs;
pub(crate) mod window_products;

/// In assembly above, without the extension, lanes are the portable ones.
#[cfg(not(switchback_dsp))]
pub(crate) use super::portable::lanes;
