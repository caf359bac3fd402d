//! What depends on the processor: a few instructions and the innermost loops, chosen at compile time by `build.rs`.
//!
//! [`portable`] is the definition, in plain Rust; every other back end gives the same bits, and is the only place of `unsafe`
//! in the core. A back end knows words and slices: no layer, no ring, no plan. The algorithms above it (`ops`) are written
//! once over these functions, so the loops that run on a device run on a host and under Miri as well.

#[cfg(switchback_armv6m)]
mod armv6m;
#[cfg(switchback_armv7m)]
#[cfg_attr(switchback_helium, allow(dead_code, reason = "the vector Winograd takes the place of some"))]
mod armv7m;
#[cfg(feature = "back-end-checks")]
pub mod checks;
#[cfg(any(switchback_armv7m, switchback_armv6m))]
#[cfg_attr(switchback_helium, allow(dead_code, reason = "the vector Winograd takes its place"))]
mod gather_assembly;
#[cfg(switchback_helium)]
mod helium;
#[cfg_attr(
    any(switchback_armv7m, switchback_armv6m),
    allow(dead_code, reason = "it is the definition, and what a back end leaves out")
)]
pub mod portable;

pub(crate) use portable::blocks;

/// Whether the build has Winograd for kernels of this side (features `winograd-3`, `winograd-5`): constants, so that what is
/// not called is not linked.
#[cfg(switchback_armv7m)]
pub(crate) const fn has_winograd(kernel: usize) -> bool {
    (kernel <= 3 && cfg!(feature = "winograd-3")) || (kernel > 3 && cfg!(feature = "winograd-5"))
}

#[cfg(switchback_armv7m)]
pub(crate) use armv7m::{
    block_products, block_transforms, column_products, filter_transform, gather, lanes, patch, patch_transform,
    products, tile_outputs, window_products,
};
#[cfg(switchback_helium)]
pub(crate) use helium::{input_windows, vectors};
#[cfg(not(any(switchback_armv7m, switchback_armv6m)))]
pub(crate) use portable::{
    block_products, block_transforms, column_products, filter_transform, gather, lanes, patch, patch_transform,
    products, tile_outputs, window_products,
};
#[cfg(not(switchback_helium))]
pub(crate) use portable::{input_windows, vectors};
#[cfg(switchback_armv6m)]
pub(crate) use {
    armv6m::{block_products, column_products, filter_transform, gather, patch_transform, products},
    portable::{block_transforms, lanes, patch, tile_outputs, window_products},
};
