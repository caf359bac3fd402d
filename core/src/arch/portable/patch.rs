//! A patch of a map or of a kernel, read four channels at a time.

/// `R` rows and `C` columns of pixels with `4 * groups` channels each.
#[derive(Clone, Copy, Debug)]
pub struct Patch<'a, const R: usize, const C: usize> {
    rows: [&'a [u8]; R],
    stride: usize,
    groups: usize,
}

impl<'a, const R: usize, const C: usize> Patch<'a, R, C> {
    /// The patch whose rows start at the first elements of `rows`, pixels `stride` elements apart; none where a row is too
    /// short.
    pub fn new(rows: [&'a [u8]; R], stride: usize, groups: usize) -> Option<Self> {
        let needed = (C - 1) * stride + 4 * groups;
        rows.iter().all(|row| row.len() >= needed).then_some(Self { rows, stride, groups })
    }

    /// Groups of four channels.
    pub const fn groups(&self) -> usize {
        self.groups
    }

    /// The four channels of `group` at row `r` and column `c`, the first in the lowest byte; 0 outside the patch.
    #[inline(always)]
    pub fn word(&self, r: usize, c: usize, group: usize) -> u32 {
        let start = c * self.stride + 4 * group;
        let bytes = self.rows.get(r).and_then(|row| row.get(start..)?.first_chunk());
        bytes.map_or(0, |&bytes| u32::from_le_bytes(bytes))
    }
}

/// Keeps the compiler from mixing what stands before with what stands behind, where that would spill registers.
#[inline(always)]
pub const fn keep_apart() {}
