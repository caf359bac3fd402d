//! [`super::super::portable::products`] with, given the DSP extension, two products an instruction: eight sums, two words of
//! weights and two of input fill the registers, so this is assembly.

use core::arch::global_asm;
use core::ptr;

use crate::arch::blocks::{self, CUT_PLACES, PLACES};
use crate::arch::has_winograd;
pub(crate) use crate::arch::portable::products::{FREQUENCIES, frequency};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("instructions.s"), include_str!("products.s"), options(raw));

/// Whether two products are one instruction.
const DSP: bool = cfg!(switchback_dsp);

const THREE: bool = has_winograd(3);
const FIVE: bool = has_winograd(5);

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    /// Null where the sums are added to.
    seeds: *const u32,
    sums: *mut u32,
    /// Steps left out of the first round.
    skipped: usize,
    /// Bytes from behind the last step of a frequency back to the first step of the next one.
    back_v: usize,
    back_u: usize,
    /// Rounds of unrolled steps after the first one.
    further_rounds: usize,
    /// Steps left out of the first round in frequencies that only half of the blocks have.
    skipped_of_half: usize,
}

type Products = unsafe extern "C" fn(v: *const u32, u: *const u32, job: *const Job);

unsafe extern "C" {
    fn switchback_products_3_4(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_3_2(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_3_1(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_5_4(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_5_2(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_5_1(v: *const u32, u: *const u32, job: *const Job);
}

/// All products of a kernel of 3 or 5 taps a side: see the portable definition.
#[inline(always)]
pub(crate) fn products<const TILES: usize>(
    kernel: usize,
    v: &[[u32; TILES]],
    u: &[[u32; 2]],
    seeds: Option<&[[u32; 2]; FREQUENCIES]>,
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    let (pairs, count) = if kernel <= 3 { (v.len() / PLACES, 1) } else { (v.len() / CUT_PLACES, 4) };
    if pairs == 0 || u.len() < v.len() {
        return;
    }
    // The assembly, and the steps that it does a round: half of them in frequencies that only half of the blocks have.
    let (products, steps): (Products, usize) = match (count, TILES) {
        (1, 4) if THREE => (switchback_products_3_4, if DSP { 32 } else { 16 }),
        (1, 2) if THREE => (switchback_products_3_2, 16),
        (1, _) if THREE => (switchback_products_3_1, 16),
        (4, 4) if FIVE => (switchback_products_5_4, if DSP { 24 } else { 16 }),
        (4, 2) if FIVE => (switchback_products_5_2, 16),
        (4, _) if FIVE => (switchback_products_5_1, 16),
        _ => return,
    };
    let depth = pairs * count;
    let rounds = (depth - 1).div_ceil(steps).max(1);
    let places = pairs * blocks::places(kernel);
    let job = Job {
        seeds: seeds.map_or(ptr::null(), |seeds| seeds.as_ptr().cast()),
        sums: sums.as_mut_ptr().cast(),
        skipped: rounds * steps - (depth - 1),
        back_v: 4 * TILES * (places - 1),
        back_u: 8 * (places - 1),
        further_rounds: rounds - 1,
        skipped_of_half: (rounds * steps / 2 + 1).wrapping_sub(depth / 2),
    };
    // SAFETY: every frequency starts within the first places of `v` and of `u`, and its steps go through those of all pairs,
    // which are `places` in both, as the portable definition's do. The assembly reads a pair of seeds, if there are any, for
    // each frequency, and reads and writes all of `sums`; it keeps every register that the convention keeps. `LDRD` wants
    // words, which u32 is aligned to.
    unsafe { products(v.as_ptr().cast(), u.as_ptr().cast(), &raw const job) }
}
