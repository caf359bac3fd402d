//! A patch of a map or of a kernel, read four channels at a time.

/// `R` rows and `C` columns of pixels with `4 * groups` channels each.
#[derive(Clone, Copy, Debug)]
pub struct Patch<'a, const R: usize, const C: usize> {
    rows: [&'a [[u8; 4]]; R],
    /// Groups from a pixel to the next.
    stride: usize,
    groups: usize,
}

impl<'a, const R: usize, const C: usize> Patch<'a, R, C> {
    /// The patch whose rows start at the first elements of `rows`, pixels `stride` elements apart, a multiple of 4; none
    /// where a row is too short.
    pub fn new(rows: [&'a [u8]; R], stride: usize, groups: usize) -> Option<Self> {
        let stride = stride / 4;
        let needed = (C - 1) * stride + groups;
        let mut patch = Self { rows: [&[]; R], stride, groups };
        // Rows of one length share a check.
        for (row, whole) in patch.rows.iter_mut().zip(rows) {
            *row = whole.as_chunks().0.get(..needed)?;
        }
        Some(patch)
    }

    /// Groups of four channels.
    pub const fn groups(&self) -> usize {
        self.groups
    }

    /// The four channels of `group` at row `r` and column `c`, the first in the lowest byte; 0 outside the patch.
    #[inline(always)]
    pub fn word(&self, r: usize, c: usize, group: usize) -> u32 {
        let bytes = self.rows.get(r).and_then(|row| row.get(c * self.stride + group));
        bytes.map_or(0, |&bytes| u32::from_le_bytes(bytes))
    }
}

/// Keeps the compiler from mixing what stands before with what stands behind, where that would spill registers, and from
/// unrolling the loop around it. Elsewhere than on a Cortex-M it is nothing.
#[inline(always)]
pub fn keep_apart() {
    if cfg!(target_arch = "arm") {
        core::hint::black_box(());
    }
}
