//! [`crate::arch::portable::gather`]: seven instructions and an addition for eight products.
//!
//! Four accumulators of 64 bits fill r4 to r11. An entry costs LDRD of itself, ADD of the weights' address, two LDRD of
//! weights and four SMLAL. The end of a range has no register left and lies on the stack.

use core::arch::global_asm;

use crate::arch::portable;
pub(crate) use crate::arch::portable::gather::{BLOCK_HEAD, Cells, OFFSET_BIAS, TAP_WORDS, block_seeds};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("instructions.s"), include_str!("gather.s"), options(raw));

type Pixel = unsafe extern "C" fn(*const u32, *const u32, *const u32, *const u32, *const u32, *mut u32);

unsafe extern "C" {
    fn switchback_gather_00(
        own: *const u32,
        h: *const u32,
        v: *const u32,
        d: *const u32,
        block: *const u32,
        out: *mut u32,
    );
    fn switchback_gather_01(
        own: *const u32,
        h: *const u32,
        v: *const u32,
        d: *const u32,
        block: *const u32,
        out: *mut u32,
    );
    fn switchback_gather_10(
        own: *const u32,
        h: *const u32,
        v: *const u32,
        d: *const u32,
        block: *const u32,
        out: *mut u32,
    );
    fn switchback_gather_11(
        own: *const u32,
        h: *const u32,
        v: *const u32,
        d: *const u32,
        block: *const u32,
        out: *mut u32,
    );
    fn switchback_gather_pack(weights: *const i8, packed: *mut u32, taps: usize, channels: usize);
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
    // SAFETY: with a multiplier, two words are written, which are the 8 bytes of `out`; STR takes any address.
    unsafe { gather::<PY, PX>(cells, block, out.as_mut_ptr().cast()) }
}

/// A part of the filters of one output pixel, added to `out`. As [`gather_pixel`], but the multiplier of `block` is zero.
#[inline(always)]
pub(crate) fn gather_sums<const PY: usize, const PX: usize>(cells: Cells<'_>, block: &[u32], out: &mut [i32; 8]) {
    // SAFETY: without a multiplier, eight words are read and written, which are those of `out`.
    unsafe { gather::<PY, PX>(cells, block, out.as_mut_ptr().cast()) }
}

/// # Safety
/// `out` is good for two words where `block` has a multiplier, else for eight.
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

/// Packs the weights of eight channels.
pub(crate) fn pack_block(weights: &[i8], channels: usize, packed: &mut [u32]) {
    let taps = packed.len() / TAP_WORDS;
    let complete = taps > 0 && taps.is_multiple_of(4) && channels >= 8 && weights.len() >= (taps - 1) * channels + 8;
    // LDRD faults off a word boundary; a parsed model's weights are on one.
    if !complete || !channels.is_multiple_of(4) || !weights.as_ptr().addr().is_multiple_of(4) {
        return portable::gather::pack_block(weights, channels, packed);
    }
    // SAFETY: it reads 8 aligned bytes at every multiple of `channels` below `taps * channels`, and writes 4 words a tap:
    // both slices are long enough. `taps` is a multiple of 4 above zero.
    unsafe { switchback_gather_pack(weights.as_ptr(), packed.as_mut_ptr(), taps, channels) }
}
