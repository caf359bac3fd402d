//! [`super::super::portable::patch_transform`] with a whole row of the patch in registers.

use core::arch::global_asm;

use super::products::FREQUENCIES;
pub(crate) use crate::arch::portable::patch_transform::PATCH;

global_asm!(include_str!("patch_transform.s"), options(raw));

type Transform = unsafe extern "C" fn(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);

unsafe extern "C" {
    fn switchback_patch_4_6(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);
    fn switchback_patch_2_6(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);
    fn switchback_patch_1_6(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);
    fn switchback_patch_4_5(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);
    fn switchback_patch_2_5(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);
    fn switchback_patch_1_5(rows: *const *const u8, channels: usize, v: *mut u32, groups: usize);
}

/// Transforms six rows and `C` columns of pixels: see the portable definition.
#[inline(always)]
pub(crate) fn patch_transform<const TILES: usize, const C: usize>(
    rows: [&[u8]; PATCH],
    channels: usize,
    tile: usize,
    v: &mut [[[u32; TILES]; FREQUENCIES]],
) {
    const { assert!((TILES == 4 || TILES == 2 || TILES == 1) && (C == 5 || C == 6)) };
    let groups = channels / 4;
    let needed = (C - 1) * channels + 4 * groups;
    if groups == 0 || rows.iter().any(|row| row.len() < needed) || v.len() < 2 * groups || tile >= TILES {
        return;
    }
    let transform: Transform = match (TILES, C) {
        (4, 6) => switchback_patch_4_6,
        (2, 6) => switchback_patch_2_6,
        (_, 6) => switchback_patch_1_6,
        (4, _) => switchback_patch_4_5,
        (2, _) => switchback_patch_2_5,
        _ => switchback_patch_1_5,
    };
    let rows = rows.map(<[u8]>::as_ptr);
    // SAFETY: the assembly reads `4 * groups` bytes of each of `C` pixels a row, `needed` bytes in all, with instructions that
    // may be unaligned; it writes words of tile `tile` of `2 * groups` elements of `v`. All are borrowed here. It keeps every
    // register that the convention keeps.
    unsafe { transform(rows.as_ptr(), channels, v.as_mut_ptr().cast::<u32>().add(tile), groups) }
}
