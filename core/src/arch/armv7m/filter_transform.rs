//! [`super::super::portable::filter_transform`] with the taps of two channels in registers, which a compiler does not manage.

use core::arch::global_asm;

use crate::arch::blocks::places;
use crate::arch::has_winograd;

global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    include_str!("instructions.s"),
    include_str!("filter_transform.s"),
    options(raw)
);

const THREE: bool = has_winograd(3);
const FIVE: bool = has_winograd(5);

type Transform = unsafe extern "C" fn(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);

unsafe extern "C" {
    fn switchback_filter_3_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_3_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_5_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_5_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
}

/// Transforms a filter: see the portable definition.
#[inline(always)]
pub(crate) fn filter_transform(
    kernel: usize,
    taps: &[u8],
    channels: usize,
    odd: bool,
    output: usize,
    u: &mut [[u32; 2]],
) {
    let transform: Transform = match (kernel, odd) {
        (3, false) if THREE => switchback_filter_3_0,
        (3, true) if THREE => switchback_filter_3_1,
        (5, false) if FIVE => switchback_filter_5_0,
        (5, true) if FIVE => switchback_filter_5_1,
        _ => return,
    };
    let short = taps.len() < kernel * kernel * channels || u.len() < channels / 4 * places(kernel);
    if channels == 0 || !channels.is_multiple_of(4) || short || output > 1 {
        return;
    }
    // SAFETY: the assembly reads `channels` bytes, a multiple of 4, of each tap, with instructions that may be unaligned; for
    // every four of them it writes words of output `output` among the kernel's places. Both are borrowed here. It keeps every
    // register that the convention keeps.
    unsafe { transform(taps.as_ptr(), channels, kernel * channels, u.as_mut_ptr().cast::<u32>().add(output)) }
}
