//! [`crate::arch::portable::products`]: a word of input times one of weights in 6.5 instructions, 2 of them multiplications.
//!
//! Two lanes in a word are split anew for each output: with eight registers there is no place to keep them.

use core::arch::global_asm;
use core::ptr;

use crate::arch::blocks::runs;
pub(crate) use crate::arch::portable::products::{FREQUENCIES, frequency};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("products.s"), options(raw));

/// Steps that the assembly does a round.
const STEPS: usize = 8;

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    /// Null where the sums are added to.
    seeds: *const u32,
    sums: *mut u32,
    sums_end: *mut u32,
    /// Bytes of code left out of the first round.
    skipped: usize,
    /// Bytes from behind the last step of a frequency back to the first step of the next one.
    back_v: usize,
    back_u: usize,
    /// Where `v` stands behind the last step of the first frequency.
    end_v: *const u32,
    /// Bytes from behind what a step loads to what the next one does.
    step_v: usize,
    step_u: usize,
}

unsafe extern "C" {
    fn switchback_products_4(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_2(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_1(v: *const u32, u: *const u32, job: *const Job);
}

/// The places of a run of frequencies in the transforms.
pub(super) struct Places {
    /// That of the first frequency.
    pub(super) start: usize,
    /// How much further each stands in the next step.
    pub(super) stride: usize,
    /// Steps.
    pub(super) depth: usize,
}

/// All products of a kernel of 3 or 5 taps a side: see the portable definition.
pub(crate) fn products<const TILES: usize>(
    kernel: usize,
    v: &[[u32; TILES]],
    u: &[[u32; 2]],
    seeds: Option<&[[u32; 2]; FREQUENCIES]>,
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    for run in runs(kernel) {
        let Some(sums) = sums.get_mut(run.first..run.first + run.count) else { return };
        let seeds = seeds.and_then(|seeds| seeds.get(run.first..run.first + run.count));
        let depth = v.len().min(u.len()) / run.stride.max(1);
        run_products(&Places { start: run.start, stride: run.stride, depth }, v, u, seeds, sums);
    }
}

/// The products of as many frequencies as there are sums, and seeds if there are any.
#[inline(never)]
pub(super) fn run_products<const TILES: usize>(
    &Places { start, stride, depth }: &Places,
    v: &[[u32; TILES]],
    u: &[[u32; 2]],
    seeds: Option<&[[u32; 2]]>,
    sums: &mut [[[u32; 2]; TILES]],
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    let count = sums.len();
    let places = v.len().min(u.len());
    let is_inside = depth > 0 && count > 0 && start + count + (depth - 1) * stride <= places;
    if !is_inside || seeds.is_some_and(|seeds| seeds.len() < count) {
        return;
    }
    // Outputs at a time, and bytes of code of a step.
    let (outputs, code) = match TILES {
        4 => (1, 62),
        2 => (2, 64),
        _ => (2, 36),
    };
    let sums = sums.as_mut_ptr_range();
    for output in (0..2).step_by(outputs) {
        // SAFETY: frequency `i` below `count` has its steps at the places `start + i + k * stride` of `v` and of `u`, for `k` below
        // `depth`: all of them are inside, as the check above says. The assembly reads one or two seeds a frequency, if there
        // are any, and reads and writes the sums up to `sums_end`, which is the end of the borrowed ones, of every
        // output or of one of two; it keeps every register that the convention keeps. All are words, which u32 is aligned to.
        // Where an output is done at a time, the second one stands a word further everywhere: of `sums_end` and of `end_v`,
        // only the address counts.
        unsafe {
            let (v, u) = (v.as_ptr().add(start).cast::<u32>(), u.as_ptr().add(start).cast::<u32>().add(output));
            let job = Job {
                seeds: seeds.map_or(ptr::null(), |seeds| seeds.as_ptr().cast::<u32>().add(output)),
                sums: sums.start.cast::<u32>().add(output),
                sums_end: sums.end.cast::<u32>().wrapping_add(output),
                skipped: (depth.wrapping_neg() % STEPS) * code,
                back_v: 4 * TILES * (depth * stride - 1),
                back_u: 8 * (depth * stride - 1),
                end_v: v.wrapping_add(TILES * stride * depth),
                step_v: 4 * TILES * stride - if TILES == 1 { 0 } else { 4 * TILES },
                step_u: 8 * stride - if TILES == 4 { 0 } else { 8 },
            };
            match TILES {
                4 => switchback_products_4(v, u, &raw const job),
                2 => switchback_products_2(v, u, &raw const job),
                _ => switchback_products_1(v, u, &raw const job),
            }
        }
    }
}
