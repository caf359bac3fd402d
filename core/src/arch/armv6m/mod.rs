//! Armv6-M and Armv8-M Baseline: Cortex-M0, M0+ and M23, which multiply 32 by 32 bits to 32 and have eight registers for most
//! instructions.
#![allow(unsafe_code, reason = "instructions in an order, and registers, that no compiler finds")]

pub(crate) mod block_products;
pub(crate) mod column_products;
pub(crate) mod filter_transform;
pub(crate) mod gather;
pub(crate) mod patch_transform;
pub(crate) mod products;
