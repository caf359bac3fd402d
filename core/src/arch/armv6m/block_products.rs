//! [`crate::arch::portable::block_products`], by the assembly of [`super::products`].

use super::products::{Places, run_products};
pub(crate) use crate::arch::portable::block_products::{FREQUENCIES, Run, TILES};

/// For every frequency `f` of `run`, tile `t` and output `o`: see the portable definition.
pub(crate) fn add_products(
    run: &Run,
    v: &[[[u32; TILES]; FREQUENCIES]],
    u: &[[[u32; 2]; FREQUENCIES]],
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    let Some(sums) = sums.get_mut(run.first..run.first + run.count) else { return };
    let start = run.start * FREQUENCIES + run.first;
    let places = Places { start, stride: FREQUENCIES, depth: run.depth };
    run_products(&places, v.as_flattened(), u.as_flattened(), None, sums);
}
