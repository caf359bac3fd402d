//! The call of the sparse deconvolution's innermost loop where a back end has it in assembly: a function for each pixel of a cell.
#![allow(unsafe_code, reason = "assembly that reads lists")]

use super::portable::gather::Cells;

/// Arguments: the own, horizontal, vertical and diagonal cell, the block, the output.
type Pixel = unsafe extern "C" fn(*const u32, *const u32, *const u32, *const u32, *const u32, *mut u32);

unsafe extern "C" {
    fn switchback_gather_00(o: *const u32, h: *const u32, v: *const u32, d: *const u32, b: *const u32, out: *mut u32);
    fn switchback_gather_01(o: *const u32, h: *const u32, v: *const u32, d: *const u32, b: *const u32, out: *mut u32);
    fn switchback_gather_10(o: *const u32, h: *const u32, v: *const u32, d: *const u32, b: *const u32, out: *mut u32);
    fn switchback_gather_11(o: *const u32, h: *const u32, v: *const u32, d: *const u32, b: *const u32, out: *mut u32);
}

const fn kernel<const PY: usize, const PX: usize>() -> Pixel {
    match (PY, PX) {
        (0, 0) => switchback_gather_00,
        (0, _) => switchback_gather_01,
        (_, 0) => switchback_gather_10,
        _ => switchback_gather_11,
    }
}

/// One output pixel, eight channels. The lists are `write_cell_list`'s, and every entry points into `block`, whose multiplier is
/// not zero.
#[inline(always)]
pub(crate) fn gather_pixel<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: &mut [u8; 8]) {
    // SAFETY: with a multiplier, eight bytes are written, which are those of `out`, by stores that take any address.
    unsafe { gather::<PY, PX>(cells, block, out.as_mut_ptr().cast()) }
}

/// A part of the filters of one output pixel, added to `out`. As [`gather_pixel`], but the multiplier of `block` is zero.
#[inline(always)]
pub(crate) fn gather_sums<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: &mut [i32; 8]) {
    // SAFETY: without a multiplier, eight words are read and written, which are those of `out`.
    unsafe { gather::<PY, PX>(cells, block, out.as_mut_ptr().cast()) }
}

/// # Safety
/// `out` is good for eight bytes at any address where `block` has a multiplier, else for eight words.
#[inline(always)]
unsafe fn gather<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: *mut u32) {
    let Cells { own, horizontal, vertical, diagonal } = cells;
    // SAFETY: each list starts with a header of five words whose ranges lie inside its row's list; the offsets of the
    // entries lie inside the packed weights of the layer that both were made for (`write_cell_list`); `block` holds the head
    // and all of these weights (`gather_rows` checks its length); the caller answers for `out`. The function keeps the C rules.
    unsafe {
        kernel::<PY, PX>()(
            own.as_ptr(),
            horizontal.as_ptr(),
            vertical.as_ptr(),
            diagonal.as_ptr(),
            block.as_ptr(),
            out,
        );
    }
}
