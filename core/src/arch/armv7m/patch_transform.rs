//! [`super::super::portable::patch_transform`] with a whole row of the patch in registers.

use core::arch::global_asm;

use crate::arch::blocks::places;
use crate::arch::has_winograd;
pub(crate) use crate::arch::portable::patch_transform::MAX_ROWS;

global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    include_str!("instructions.s"),
    include_str!("patch_transform.s"),
    options(raw)
);

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    even: *mut u32,
    odd: *mut u32,
    groups: usize,
}

const THREE: bool = has_winograd(3);
const FIVE: bool = has_winograd(5);

type Transform = unsafe extern "C" fn(rows: *const *const u8, channels: usize, job: *const Job);

unsafe extern "C" {
    fn switchback_patch_3_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_3_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_3_1(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_5_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_5_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_5_1(rows: *const *const u8, channels: usize, job: *const Job);
}

/// Transforms what a tile reads: see the portable definition.
#[inline(always)]
pub(crate) fn patch_transform<const TILES: usize>(
    kernel: usize,
    rows: &[&[u8]; MAX_ROWS],
    channels: usize,
    tile: usize,
    v: [&mut [[u32; TILES]]; 2],
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    let transform: Transform = match (kernel, TILES) {
        (3, 4) if THREE => switchback_patch_3_4,
        (3, 2) if THREE => switchback_patch_3_2,
        (3, 1) if THREE => switchback_patch_3_1,
        (5, 4) if FIVE => switchback_patch_5_4,
        (5, 2) if FIVE => switchback_patch_5_2,
        (5, 1) if FIVE => switchback_patch_5_1,
        _ => return,
    };
    let (side, groups) = (kernel + 3, channels / 4);
    let needed = (side - 1) * channels + 4 * groups;
    let short =
        rows.iter().take(side).any(|row| row.len() < needed) || v.iter().any(|v| v.len() < groups * places(kernel));
    if groups == 0 || short || tile >= TILES {
        return;
    }
    let (rows, [even, odd]) = (rows.map(<[u8]>::as_ptr), v.map(|v| v.as_mut_ptr().cast::<u32>()));
    // SAFETY: the assembly reads `4 * groups` bytes of each of `side` pixels in `side` rows, `needed` bytes in all of a row,
    // with instructions that may be unaligned; for every group it writes words of tile `tile` among the kernel's places, in
    // both halves. All are borrowed here. It keeps every register that the convention keeps.
    unsafe {
        let job = Job { even: even.add(tile), odd: odd.add(tile), groups };
        transform(rows.as_ptr(), channels, &raw const job);
    }
}
