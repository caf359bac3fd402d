//! [`super::super::portable::products`] with two products an instruction: eight sums, two words of weights and two of input fill
//! the registers, so this is assembly.

use core::arch::global_asm;

pub(crate) use crate::arch::portable::products::{FREQUENCIES, Run};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("products.s"), options(raw));

/// Steps that the assembly does a round.
const STEPS: usize = 16;

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
    seeds: *const u32,
    sums: *mut u32,
    end: *mut u32,
    /// Rounds of [`STEPS`] steps, less one.
    further_rounds: usize,
    /// Steps left out of the first round.
    skipped: usize,
    /// Bytes from behind the last step of a frequency back to the first step of the next one.
    back_v: usize,
    back_u: usize,
}

unsafe extern "C" {
    fn switchback_products_4(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_2(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_products_1(v: *const u32, u: *const u32, job: *const Job);
}

/// For every frequency `f` of `run`, tile `t` and output `o`: see the portable definition.
#[inline(always)]
pub(crate) fn products<const TILES: usize>(
    run: &Run,
    v: &[[[u32; TILES]; FREQUENCIES]],
    u: &[[[u32; 2]; FREQUENCIES]],
    seeds: &[[u32; 2]; FREQUENCIES],
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    const { assert!(TILES == 4 || TILES == 2 || TILES == 1) };
    let pairs = run.start..run.start + run.depth;
    let frequencies = run.first..run.first + run.count;
    let (Some(v), Some(u)) = (v.get(pairs.clone()), u.get(pairs)) else { return };
    let (Some(seeds), Some(sums)) = (seeds.get(frequencies.clone()), sums.get_mut(frequencies)) else { return };
    if v.is_empty() || sums.is_empty() {
        return;
    }
    let (v, u) = (v.as_ptr().cast::<u32>(), u.as_ptr().cast::<u32>());
    let rounds = run.depth.div_ceil(STEPS);
    let sums = sums.as_mut_ptr_range();
    let job = Job {
        seeds: seeds.as_ptr().cast(),
        sums: sums.start.cast(),
        end: sums.end.cast(),
        further_rounds: rounds - 1,
        skipped: rounds * STEPS - run.depth,
        back_v: 4 * TILES * (run.depth * FREQUENCIES - 1),
        back_u: 8 * (run.depth * FREQUENCIES - 1),
    };
    // SAFETY: frequency `first` of the first pair lies within the first element of `v` and of `u`, and each step goes on by one
    // element: `depth` steps read words of `depth` elements, all of them borrowed here. The assembly reads `count` pairs of
    // seeds and writes `2 * TILES` words of sums for each, up to `end`; it keeps every register that the convention keeps.
    // `LDRD` wants words, which u32 is aligned to.
    unsafe {
        let (v, u) = (v.add(TILES * run.first), u.add(2 * run.first));
        match TILES {
            4 => switchback_products_4(v, u, &raw const job),
            2 => switchback_products_2(v, u, &raw const job),
            _ => switchback_products_1(v, u, &raw const job),
        }
    }
}
