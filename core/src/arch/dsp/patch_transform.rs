//! [`super::super::portable::patch_transform`] with a whole row of the patch in registers.

use core::arch::global_asm;

use crate::arch::blocks::BLOCKS;
pub(crate) use crate::arch::portable::patch_transform::PATCH;

global_asm!(include_str!("patch_transform.s"), options(raw));

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    even: *mut u32,
    odd: *mut u32,
    groups: usize,
}

type Transform = unsafe extern "C" fn(rows: *const *const u8, channels: usize, job: *const Job);

unsafe extern "C" {
    fn switchback_patch_0_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_0_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_0_1(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_1_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_1_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_1_1(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_2_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_2_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_2_1(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_3_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_3_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_3_1(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_4_4(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_4_2(rows: *const *const u8, channels: usize, job: *const Job);
    fn switchback_patch_4_1(rows: *const *const u8, channels: usize, job: *const Job);
}

/// Of each block for 4, 2 and 1 tiles.
const TRANSFORMS: [[Transform; 3]; BLOCKS.len()] = [
    [switchback_patch_0_4, switchback_patch_0_2, switchback_patch_0_1],
    [switchback_patch_1_4, switchback_patch_1_2, switchback_patch_1_1],
    [switchback_patch_2_4, switchback_patch_2_2, switchback_patch_2_1],
    [switchback_patch_3_4, switchback_patch_3_2, switchback_patch_3_1],
    [switchback_patch_4_4, switchback_patch_4_2, switchback_patch_4_1],
];

/// Transforms what a tile reads through block `B`: see the portable definition.
#[inline(always)]
pub(crate) fn patch_transform<const TILES: usize, const B: usize>(
    rows: [&[u8]; PATCH],
    channels: usize,
    tile: usize,
    v: [&mut [[u32; TILES]]; 2],
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    let (block, [of_4, of_2, of_1]) = const { (&BLOCKS[B], TRANSFORMS[B]) };
    let groups = channels / 4;
    let needed = (block.taps.1 + 2) * channels + 4 * groups;
    let short = rows.iter().any(|row| row.len() < needed) || v.iter().any(|v| v.len() < groups * block.places);
    if groups == 0 || short || tile >= TILES {
        return;
    }
    let transform = match TILES {
        4 => of_4,
        2 => of_2,
        _ => of_1,
    };
    let (rows, [even, odd]) = (rows.map(<[u8]>::as_ptr), v.map(|v| v.as_mut_ptr().cast::<u32>()));
    // SAFETY: the assembly reads `4 * groups` bytes of each of three pixels more a row than the block has columns, `needed` bytes in
    // all, with instructions that may be unaligned; for every group it writes words of tile `tile` of the block's places, which
    // are below `places`, in both halves. All are borrowed here. It keeps every register that the convention keeps.
    unsafe {
        let job = Job { even: even.add(tile), odd: odd.add(tile), groups };
        transform(rows.as_ptr(), channels, &raw const job);
    }
}
