//! [`crate::arch::portable::patch_transform`], whose values a compiler does not find registers for.

use core::arch::global_asm;
use core::ptr;

use crate::arch::blocks::{BLOCKS, Block, places};
use crate::arch::portable;
pub(crate) use crate::arch::portable::patch_transform::MAX_ROWS;

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("patch_transform.s"), options(raw));

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    /// Bytes from the start of each row to the first pixel's channels.
    offset: usize,
    /// Bytes from a pixel to the next.
    pixel: usize,
    /// Of the two channels, the first in the lowest byte.
    mask: u32,
    /// Bits that they stand higher.
    shift: usize,
    /// Bytes of a row of words: columns that are read, 4 bytes each.
    columns: usize,
    /// Frequency (0, 0).
    v: *mut u32,
    /// Bytes from a place to the next.
    place: usize,
    /// Frequency (0, 5), and bytes to frequency (1, 5).
    column_5: *mut u32,
    column_5_place: usize,
    /// Frequency (5, 5); null where there is no row 5.
    corner: *mut u32,
}

unsafe extern "C" {
    fn switchback_patch(rows: *const *const u8, job: *const Job);
}

/// Transforms what a tile reads: see the portable definition.
pub(crate) fn patch_transform<const TILES: usize>(
    kernel: usize,
    rows: &[&[u8]; MAX_ROWS],
    channels: usize,
    tile: usize,
    mut v: [&mut [[u32; TILES]]; 2],
) {
    let (side, groups) = (kernel + 3, channels / 4);
    let needed = (side - 1) * channels + 4 * groups;
    let rows_of_side = || rows.iter().take(side);
    let is_short = rows_of_side().any(|row| row.len() < needed) || v.iter().any(|v| v.len() < groups * places(kernel));
    if !matches!(kernel, 3 | 5) || groups == 0 || is_short || tile >= TILES {
        return;
    }
    // Words off their boundary fault.
    if !channels.is_multiple_of(4) || rows_of_side().any(|row| !row.as_ptr().addr().is_multiple_of(4)) {
        return portable::patch_transform::patch_transform(kernel, rows, channels, tile, v);
    }
    let (small, large) = BLOCKS.split_at(1);
    for block in if kernel <= 3 { small } else { large } {
        let Block { first_tap: (y, x), taps, places, .. } = *block;
        // The last row of a block of two taps only feeds a frequency that it does not have: any row will do.
        let row = |r: usize| rows.get(y + r.min(taps.0 + 2)).map_or(ptr::null(), |row| row.as_ptr());
        let rows = [row(0), row(1), row(2), row(3), row(4), row(5)];
        // Where frequencies go that the block does not have.
        let mut nowhere = 0;
        for (v, shift) in v.iter_mut().zip([0, 8]) {
            for (group, v) in v.chunks_exact_mut(places.max(1)).enumerate().take(groups) {
                let v = v.as_mut_ptr().cast::<u32>();
                // SAFETY: every place is below `places`, the length of `v`, and `tile` below `TILES`.
                let at = |place: usize| unsafe { v.add(TILES * place + tile) };
                let Some(first) = block.place(0, 0) else { return };
                let column_5 = block.place(0, 5);
                let corner = block.place(5, 5).map_or(&raw mut nowhere, at);
                let job = Job {
                    offset: x * channels + 4 * group,
                    pixel: channels,
                    mask: 0x00ff_00ff,
                    shift,
                    columns: 4 * (3 + taps.1),
                    v: at(first),
                    place: 4 * TILES,
                    column_5: column_5.map_or(&raw mut nowhere, at),
                    column_5_place: if column_5.is_some() { 4 * TILES } else { 0 },
                    corner: if block.place(5, 0).is_some() { corner } else { ptr::null_mut() },
                };
                // SAFETY: the assembly reads a word at `offset` and at the following pixels, 3 + `taps.1` or, where they are 5, no
                // more of each row: inside the `side` pixels whose presence was checked. It writes words of tile `tile` at
                // the block's places: rows 0 to 4 and, with a corner, row 5, five places each, one row behind the other, the rest
                // of column 5 and the corner, or `nowhere`. It keeps every register that the convention keeps.
                unsafe { switchback_patch(rows.as_ptr(), &raw const job) }
            }
        }
    }
}
