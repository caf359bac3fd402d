//! [`super::super::portable::block_products`] with two products an instruction, as in [`super::products`].

use core::arch::global_asm;

pub(crate) use crate::arch::portable::block_products::{FREQUENCIES, Run, TILES};

global_asm!(
    env!("SWITCHBACK_ASSEMBLER"),
    include_str!("instructions.s"),
    include_str!("block_products.s"),
    options(raw)
);

/// Steps that the assembly does a round.
const STEPS: usize = 16;

/// What the assembly is told, in the order it loads it.
#[repr(C)]
struct Job {
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
    fn switchback_add_products(v: *const u32, u: *const u32, job: *const Job);
    fn switchback_add_products_once(v: *const u32, u: *const u32, job: *const Job);
}

/// For every frequency `f` of `run`, tile `t` and output `o`: see the portable definition.
#[inline(always)]
pub(crate) fn add_products(
    run: &Run,
    v: &[[[u32; TILES]; FREQUENCIES]],
    u: &[[[u32; 2]; FREQUENCIES]],
    sums: &mut [[[u32; 2]; TILES]; FREQUENCIES],
) {
    let pairs = run.start..run.start + run.depth;
    let (Some(v), Some(u)) = (v.get(pairs.clone()), u.get(pairs)) else { return };
    let Some(sums) = sums.get_mut(run.first..run.first + run.count) else { return };
    if v.is_empty() || sums.is_empty() {
        return;
    }
    let (v, u) = (v.as_ptr().cast::<u32>(), u.as_ptr().cast::<u32>());
    let rounds = run.depth.div_ceil(STEPS);
    let sums = sums.as_mut_ptr_range();
    let job = Job {
        sums: sums.start.cast(),
        end: sums.end.cast(),
        further_rounds: rounds - 1,
        skipped: rounds * STEPS - run.depth,
        back_v: 4 * TILES * (run.depth * FREQUENCIES - 1),
        back_u: 8 * (run.depth * FREQUENCIES - 1),
    };
    // SAFETY: frequency `first` of the first pair lies within the first element of `v` and of `u`, and each step goes on by one
    // element: `depth` steps read words of `depth` elements, all of them borrowed here. The assembly reads and writes
    // `2 * TILES` words of sums a frequency, up to `end`; it keeps every register that the convention keeps. `LDRD` and
    // `LDM` want words, which u32 is aligned to.
    unsafe {
        let (v, u) = (v.add(TILES * run.first), u.add(2 * run.first));
        if rounds == 1 {
            switchback_add_products_once(v, u, &raw const job);
        } else {
            switchback_add_products(v, u, &raw const job);
        }
    }
}
