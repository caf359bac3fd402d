//! [`super::super::portable::tile_outputs`] with the sums of a column, then of two rows, in registers.

use core::arch::global_asm;
use core::ptr;

use super::products::FREQUENCIES;
pub(crate) use crate::arch::portable::tile_outputs::{NUMBERING, TILE};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("instructions.s"), include_str!("tile_outputs.s"), options(raw));

/// What the assembly of pooled outputs is told, in the order it loads it.
#[repr(C)]
struct Pooled {
    multipliers: [i32; 2],
    out: [*mut u8; 2],
    /// Bytes from a window to the next one.
    channels: usize,
    /// Bytes from the third output of a tile to the first one of the next tile.
    advance: usize,
    /// Null where no switches are wanted.
    switches: [*mut u8; 2],
    switch_stride: usize,
    upper: u32,
}

/// The same of outputs without a pool.
#[repr(C)]
struct Plain {
    multipliers: [i32; 2],
    out: [*mut u8; TILE],
    channels: usize,
    advance: usize,
}

unsafe extern "C" {
    fn switchback_pooled_4(sums: *const u32, job: *const Pooled);
    fn switchback_pooled_2(sums: *const u32, job: *const Pooled);
    fn switchback_pooled_1(sums: *const u32, job: *const Pooled);
    fn switchback_plain_4(sums: *const u32, job: *const Plain);
    fn switchback_plain_2(sums: *const u32, job: *const Plain);
    fn switchback_plain_1(sums: *const u32, job: *const Plain);
}

/// Two rows of pooled outputs of `TILES` tiles, two filters: see the portable definition.
#[inline(always)]
pub(crate) fn pooled_outputs<const TILES: usize>(
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    multipliers: [i32; 2],
    channels: usize,
    out: [&mut [u8]; 2],
    switches: [&mut [u8]; 2],
    upper: bool,
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    let last = 2 * TILES - 1;
    let switch_stride = channels / 4;
    let kept = switches.iter().all(|row| row.len() > last * switch_stride);
    if out.iter().any(|row| row.len() < last * channels + 2) || channels == 0 {
        return;
    }
    let job = Pooled {
        multipliers,
        out: out.map(<[u8]>::as_mut_ptr),
        channels,
        advance: (2 * channels).wrapping_sub(2),
        switches: switches.map(|row| if kept { row.as_mut_ptr() } else { ptr::null_mut() }),
        switch_stride,
        upper: upper.into(),
    };
    // SAFETY: the assembly reads all of `sums` and writes two bytes of each of the `2 * TILES` windows a row, `channels` bytes
    // apart, and one byte of `switches` for each, which is as far as the rows reach that are borrowed here. It keeps every
    // register that the convention keeps.
    unsafe {
        let (sums, job) = (sums.as_ptr().cast(), &raw const job);
        match TILES {
            4 => switchback_pooled_4(sums, job),
            2 => switchback_pooled_2(sums, job),
            _ => switchback_pooled_1(sums, job),
        }
    }
}

/// Four rows of outputs of `TILES` tiles without a pool, two filters: see the portable definition.
#[inline(always)]
pub(crate) fn plain_outputs<const TILES: usize>(
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    multipliers: [i32; 2],
    channels: usize,
    out: [&mut [u8]; TILE],
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    if out.iter().any(|row| row.len() < (TILE * TILES - 1) * channels + 2) || channels == 0 {
        return;
    }
    let advance = (TILE * channels).wrapping_sub(2);
    let job = Plain { multipliers, out: out.map(<[u8]>::as_mut_ptr), channels, advance };
    // SAFETY: as above, with four bytes a row, tile and filter and no switches.
    unsafe {
        let (sums, job) = (sums.as_ptr().cast(), &raw const job);
        match TILES {
            4 => switchback_plain_4(sums, job),
            2 => switchback_plain_2(sums, job),
            _ => switchback_plain_1(sums, job),
        }
    }
}
