//! [`super::super::portable::patch`] without a bounds check a word.

use core::arch::asm;
use core::marker::PhantomData;

/// `R` rows and `C` columns of pixels with `4 * groups` channels each.
///
/// Invariant: from each pointer on, `(C - 1) * stride + 4 * groups` bytes are borrowed for `'a`.
#[derive(Clone, Copy)]
pub(crate) struct Patch<'a, const R: usize, const C: usize> {
    rows: [*const u8; R],
    stride: usize,
    groups: usize,
    borrowed: PhantomData<&'a [u8]>,
}

impl<'a, const R: usize, const C: usize> Patch<'a, R, C> {
    /// The patch whose rows start at the first elements of `rows`, pixels `stride` elements apart; none where a row is too
    /// short.
    pub(crate) fn new(rows: [&'a [u8]; R], stride: usize, groups: usize) -> Option<Self> {
        let needed = (C - 1) * stride + 4 * groups;
        let fits = rows.iter().all(|row| row.len() >= needed);
        fits.then_some(Self { rows: rows.map(<[u8]>::as_ptr), stride, groups, borrowed: PhantomData })
    }

    /// Groups of four channels.
    pub(crate) const fn groups(&self) -> usize {
        self.groups
    }

    /// The four channels of `group` at row `r` and column `c`, the first in the lowest byte; 0 outside the patch.
    #[inline(always)]
    pub(crate) fn word(&self, r: usize, c: usize, group: usize) -> u32 {
        let Some(row) = self.rows.get(r).filter(|_| c < C && group < self.groups) else { return 0 };
        // SAFETY: c < C and group < groups, so the four bytes lie within those that the invariant speaks of.
        unsafe { row.add(c * self.stride + 4 * group).cast::<u32>().read_unaligned() }
    }
}

/// Keeps the compiler from mixing what stands before with what stands behind, where that would spill registers.
#[inline(always)]
pub(crate) fn keep_apart() {
    // SAFETY: no instruction at all.
    unsafe { asm!("", options(nostack, preserves_flags)) }
}
