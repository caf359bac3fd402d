//! [`super::super::portable::filter_transform`] with the taps of two channels in registers, which a compiler does not manage.

use core::arch::global_asm;

use crate::arch::blocks::BLOCKS;

global_asm!(include_str!("filter_transform.s"), options(raw));

type Transform = unsafe extern "C" fn(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);

unsafe extern "C" {
    fn switchback_filter_0_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_0_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_1_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_1_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_2_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_2_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_3_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_3_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_4_0(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
    fn switchback_filter_4_1(taps: *const u8, channels: usize, row_stride: usize, u: *mut u32);
}

/// Even and odd pairs of channels of each block.
const TRANSFORMS: [[Transform; 2]; BLOCKS.len()] = [
    [switchback_filter_0_0, switchback_filter_0_1],
    [switchback_filter_1_0, switchback_filter_1_1],
    [switchback_filter_2_0, switchback_filter_2_1],
    [switchback_filter_3_0, switchback_filter_3_1],
    [switchback_filter_4_0, switchback_filter_4_1],
];

/// Transforms block `B` of one filter: see the portable definition.
#[inline(always)]
pub(crate) fn filter_transform<const B: usize>(
    taps: &[u8],
    channels: usize,
    row_stride: usize,
    odd: bool,
    output: usize,
    u: &mut [[u32; 2]],
) {
    let (block, [even_transform, odd_transform]) = const { (&BLOCKS[B], TRANSFORMS[B]) };
    let (rows, columns) = block.taps;
    let needed = (rows - 1) * row_stride + columns * channels;
    let short = taps.len() < needed || u.len() < channels / 4 * block.places;
    if channels == 0 || !channels.is_multiple_of(4) || short || output > 1 {
        return;
    }
    let transform = if odd { odd_transform } else { even_transform };
    // SAFETY: the assembly reads `channels` bytes, a multiple of 4, of each tap of the block, `needed` bytes from the first to the
    // last, with instructions that may be unaligned; for every four of them it writes words of output `output` of the block's
    // places, which are below `places`. Both are borrowed here. It keeps every register that the convention keeps.
    unsafe { transform(taps.as_ptr(), channels, row_stride, u.as_mut_ptr().cast::<u32>().add(output)) }
}
