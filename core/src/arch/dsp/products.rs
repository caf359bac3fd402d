//! [`super::super::portable::products`] with two products an instruction: eight sums, two words of weights and two of input fill
//! the registers, so this is assembly.

use core::arch::global_asm;
use core::ptr;

pub(crate) use crate::arch::portable::products::{FREQUENCIES, Run, frequency};

global_asm!(include_str!("products.s"), options(raw));

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    /// Null where the sums are added to.
    seeds: *const u32,
    sums: *mut u32,
    end: *mut u32,
    /// Bytes from behind the last step of a frequency back to the first step of the next one.
    back_v: usize,
    back_u: usize,
    /// Rounds of unrolled steps after the first one.
    further_rounds: usize,
    /// Steps left out of the first round.
    skipped: usize,
}

type Products = unsafe extern "C" fn(v: *const u32, u: *const u32, job: *const Job);

unsafe extern "C" {
    fn switchback_products_4_36(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_2_36(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_1_36(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_4_31(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_2_31(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_1_31(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_4_62(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_2_62(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_1_62(v: *const u32, u: *const u32, job: *const Job);
}

/// For the frequencies of `run`, every tile and output: see the portable definition. `run` is one of
/// [`blocks`](crate::arch::blocks).
#[inline(always)]
pub(crate) fn products<const TILES: usize>(
    run: &Run,
    v: &[[u32; TILES]],
    u: &[[u32; 2]],
    seeds: Option<&[[u32; 2]; FREQUENCIES]>,
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    // The assembly, and the steps that it does a round.
    let (products, steps): (Products, usize) = match (TILES, run.stride) {
        (4, 36) => (switchback_products_4_36, 32),
        (2, 36) => (switchback_products_2_36, 16),
        (1, 36) => (switchback_products_1_36, 16),
        (4, 31) => (switchback_products_4_31, 24),
        (2, 31) => (switchback_products_2_31, 16),
        (1, 31) => (switchback_products_1_31, 16),
        (4, 62) => (switchback_products_4_62, 12),
        (2, 62) => (switchback_products_2_62, 8),
        (1, 62) => (switchback_products_1_62, 8),
        _ => return,
    };
    let depth = v.len() / run.stride;
    let frequencies = run.first..run.first + run.count;
    let Some(sums) = sums.get_mut(frequencies.clone()) else { return };
    if depth == 0 || u.len() < v.len() || sums.is_empty() || run.start + run.count > run.stride {
        return;
    }
    let seeds = seeds.and_then(|seeds| seeds.get(frequencies)).map_or(ptr::null(), |seeds| seeds.as_ptr().cast());
    let sums = sums.as_mut_ptr_range();
    let rounds = (depth - 1).div_ceil(steps).max(1);
    let job = Job {
        seeds,
        sums: sums.start.cast(),
        end: sums.end.cast(),
        back_v: 4 * TILES * (depth * run.stride - 1),
        back_u: 8 * (depth * run.stride - 1),
        further_rounds: rounds - 1,
        skipped: rounds * steps - (depth - 1),
    };
    // SAFETY: the run's frequencies lie within the first `stride` elements of `v` and of `u`, and each step goes on by `stride`
    // elements: `depth` steps stay within `v`, and within `u`, which is as long. The assembly reads `count` pairs of seeds, if
    // any, reads and writes `2 * TILES` words of sums for each, up to `end`; it keeps every register that the convention keeps.
    // `LDRD` wants words, which u32 is aligned to.
    unsafe {
        let (v, u) = (v.as_ptr().add(run.start), u.as_ptr().add(run.start));
        products(v.cast(), u.cast(), &raw const job);
    }
}
