//! [`crate::arch::portable::gather`]: seven instructions and an addition for eight products.
//!
//! Four accumulators of 64 bits fill r4 to r11. An entry costs LDRD of itself, ADD of the weights' address, two LDRD of
//! weights and four SMLAL. The end of a range has no register left and lies on the stack.

use core::arch::global_asm;

pub(crate) use crate::arch::gather_assembly::{gather_pixel, gather_sums};
use crate::arch::portable;
pub(crate) use crate::arch::portable::gather::{BLOCK_HEAD, Cells, OFFSET_BIAS, TAP_WORDS, block_seeds};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("instructions.s"), include_str!("gather.s"), options(raw));

unsafe extern "C" {
    fn switchback_gather_pack(weights: *const i8, packed: *mut u32, taps: usize, channels: usize);
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
