//! [`super::super::portable::filter_transform`] with the taps of two channels in registers, which a compiler does not manage.

use core::arch::global_asm;

use super::products::FREQUENCIES;

global_asm!(include_str!("filter_transform.s"), options(raw));

type Transform = unsafe extern "C" fn(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);

unsafe extern "C" {
    fn switchback_filter_3_3(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_3_2(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_2_3(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_2_2(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
}

/// Transforms `R` rows and `C` columns of taps of one filter: see the portable definition.
#[inline(always)]
pub(crate) fn filter_transform<const R: usize, const C: usize>(
    taps: &[u8],
    channels: usize,
    row_stride: usize,
    output: usize,
    u: &mut [[[u32; 2]; FREQUENCIES]],
) {
    const { assert!((R == 2 || R == 3) && (C == 2 || C == 3)) };
    let needed = (R - 1) * row_stride + C * channels;
    if channels == 0 || channels % 4 != 0 || taps.len() < needed || u.len() < channels / 2 || output > 1 {
        return;
    }
    let transform: Transform = match (R, C) {
        (3, 3) => switchback_filter_3_3,
        (3, 2) => switchback_filter_3_2,
        (2, 3) => switchback_filter_2_3,
        _ => switchback_filter_2_2,
    };
    // SAFETY: the assembly reads `channels` bytes, a multiple of 4, of `C` columns in `R` rows, `needed` bytes in all, with
    // instructions that may be unaligned; it writes words of output `output` of `channels / 2` elements of `u`. Both are
    // borrowed here. It keeps every register that the convention keeps.
    unsafe { transform(taps.as_ptr(), channels, row_stride, u.as_mut_ptr().cast::<u32>().add(output)) }
}
