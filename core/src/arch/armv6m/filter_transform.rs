//! [`crate::arch::portable::filter_transform`], whose values a compiler does not find registers for.

use core::arch::global_asm;

use crate::arch::blocks::{BLOCKS, Block, places};
use crate::arch::portable;

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("filter_transform.s"), options(raw));

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    /// Bytes from a row of taps to the next.
    row: usize,
    /// Bits that the first channel stands from the lowest of four: 0 or 8.
    shift: usize,
    /// Bytes from the last row of a column to the first one of the next column, which lies before it.
    column: isize,
    /// Bytes from frequency (0, 0) to frequency (0, 5).
    column_5: isize,
    /// Where the block's first tap ends.
    end: *const u8,
    /// Bytes of the places of a pair of channels.
    places: usize,
}

type Transform = unsafe extern "C" fn(taps: *const u8, u: *mut u32, job: *const Job);

unsafe extern "C" {
    fn switchback_filter_3_3(taps: *const u8, u: *mut u32, job: *const Job);
    fn switchback_filter_3_2(taps: *const u8, u: *mut u32, job: *const Job);
    fn switchback_filter_2_3(taps: *const u8, u: *mut u32, job: *const Job);
    fn switchback_filter_2_2(taps: *const u8, u: *mut u32, job: *const Job);
}

/// Rows 0 to 5 of a block's frequencies stand one behind the other, and the corner behind them, as the assembly has it.
#[allow(clippy::indexing_slicing, reason = "when compiled")]
const _: () = {
    let mut block = 0;
    while block < BLOCKS.len() {
        let (rows, columns) = BLOCKS[block].taps;
        if let (Some(first), Some(place)) = (BLOCKS[block].place(0, 0), BLOCKS[block].place(rows + 2, 4)) {
            assert!(place == first + 5 * (rows + 2) + 4);
        }
        if let (3, 3, Some(first), Some(place)) = (rows, columns, BLOCKS[block].place(0, 0), BLOCKS[block].place(5, 5))
        {
            assert!(place == first + 30);
        }
        block += 1;
    }
};

/// Transforms a filter: see the portable definition.
pub(crate) fn filter_transform(
    kernel: usize,
    taps: &[u8],
    channels: usize,
    odd: bool,
    output: usize,
    u: &mut [[u32; 2]],
) {
    let (small, large) = BLOCKS.split_at(1);
    let blocks = if kernel <= 3 { small } else { large };
    let groups = channels / 4;
    let is_short = taps.len() < kernel * kernel * channels || u.len() < groups * places(kernel);
    if !matches!(kernel, 3 | 5) || groups == 0 || !channels.is_multiple_of(4) || is_short || output > 1 {
        return;
    }
    // Words off their boundary fault; a parsed model's weights are on one.
    if !taps.as_ptr().addr().is_multiple_of(4) {
        return portable::filter_transform::filter_transform(kernel, taps, channels, odd, output, u);
    }
    for block in blocks {
        let Block { first_tap: (y, x), taps: (rows, columns), places, .. } = *block;
        let Some(first) = block.place(0, 0) else { return };
        let column_5 = block.place(0, 5).map_or(0, |place| 8 * (place as isize - first as isize));
        let transform: Transform = match (rows, columns) {
            (3, 3) => switchback_filter_3_3,
            (3, _) => switchback_filter_3_2,
            (_, 3) => switchback_filter_2_3,
            _ => switchback_filter_2_2,
        };
        let row = kernel * channels;
        // SAFETY: the assembly reads `channels` bytes, word by word, of each of the block's taps, all of which lie inside the
        // kernel's, whose presence was checked; for every four channels it writes words of output `output` among the places of
        // the block, which `places` times the groups hold: see `BLOCKS`, and the assertion above. Both slices are on the
        // boundary of a word, and the channels are a multiple of 4. It keeps every register that the convention keeps.
        unsafe {
            let taps = taps.as_ptr().add((y * kernel + x) * channels);
            let job = Job {
                row,
                shift: if odd { 8 } else { 0 },
                column: channels as isize - ((rows - 1) * row) as isize,
                column_5,
                end: taps.add(channels),
                places: 8 * places,
            };
            transform(taps, u.as_mut_ptr().add(first).cast::<u32>().add(output), &raw const job);
        }
    }
}
