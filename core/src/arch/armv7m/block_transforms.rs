//! The transforms of F(2x4,3x3) of one block of a kernel: a compiler spills the pointers to each pixel, this holds a stride and
//! its multiples.

use core::arch::global_asm;

use crate::arch::portable::block_products::{FREQUENCIES, TILES};

global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    include_str!("instructions.s"),
    include_str!("block_transforms.s"),
    options(raw)
);

unsafe extern "C" {
    fn switchback_block_values_6(rows: *const *const u8, stride: usize, v: *mut u32, quads: usize);
    fn switchback_block_values_5(rows: *const *const u8, stride: usize, v: *mut u32, quads: usize);
    fn switchback_block_weights_33(rows: *const *const u8, stride: usize, u: *mut u32, quads: usize);
    fn switchback_block_weights_32(rows: *const *const u8, stride: usize, u: *mut u32, quads: usize);
    fn switchback_block_weights_23(rows: *const *const u8, stride: usize, u: *mut u32, quads: usize);
    fn switchback_block_weights_22(rows: *const *const u8, stride: usize, u: *mut u32, quads: usize);
}

/// Transformed input of a tile: see the portable definition.
#[inline(always)]
pub(crate) fn transform_values<const C: usize>(
    rows: [&[u8]; 4],
    stride: usize,
    quads: usize,
    t: usize,
    v: &mut [[[u32; TILES]; FREQUENCIES]],
) -> bool {
    const { assert!(C == 6 || C == 5) };
    let needed = (C - 1) * stride + 4 * quads;
    if quads == 0 || t >= TILES || v.len() < 2 * quads || rows.iter().any(|row| row.len() < needed) {
        return true;
    }
    let [a, b, c, d] = rows.map(<[u8]>::as_ptr);
    let pointers = [a, c, b, d];
    let v = v.as_mut_ptr().cast::<u32>();
    // SAFETY: `quads` words at each of `C` pixels, `stride` apart, lie within each row (`needed`); they are read by LDR, which
    // takes any address. It writes word `t` of the groups of four at frequencies of `2 * quads` elements of `v`, all of them
    // borrowed here, and keeps every register that the convention keeps.
    unsafe {
        match C {
            6 => switchback_block_values_6(pointers.as_ptr(), stride, v.add(t), quads),
            _ => switchback_block_values_5(pointers.as_ptr(), stride, v.add(t), quads),
        }
    }
    true
}

/// Transformed weights of an output: see the portable definition.
#[inline(always)]
pub(crate) fn transform_weights<const R: usize, const C: usize>(
    rows: [&[u8]; 3],
    stride: usize,
    quads: usize,
    output: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) -> bool {
    const { assert!((R == 3 || R == 2) && (C == 3 || C == 2)) };
    let needed = (C - 1) * stride + 4 * quads;
    if quads == 0 || output >= 2 || u.len() < 2 * quads || rows.iter().any(|row| row.len() < needed) {
        return true;
    }
    let pointers = rows.map(<[u8]>::as_ptr);
    let u = u.as_mut_ptr().cast::<u32>();
    // SAFETY: `quads` words at each of `C` taps, `stride` apart, lie within each row (`needed`); they are read by LDR, which
    // takes any address. It writes word `output` of the pairs at frequencies of `2 * quads` elements of `u`, all of them
    // borrowed here, and keeps every register that the convention keeps.
    unsafe {
        let u = u.add(output);
        match (R, C) {
            (3, 3) => switchback_block_weights_33(pointers.as_ptr(), stride, u, quads),
            (3, _) => switchback_block_weights_32(pointers.as_ptr(), stride, u, quads),
            (_, 3) => switchback_block_weights_23(pointers.as_ptr(), stride, u, quads),
            _ => switchback_block_weights_22(pointers.as_ptr(), stride, u, quads),
        }
    }
    true
}
