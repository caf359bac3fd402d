//! A ring of rows inside the arena: byte arithmetic, no elements.

use core::ops::Range;

/// The most rows an operation looks at: a kernel of 15 and one for the pool.
pub(super) const MAX_WINDOW: usize = 16;

/// The last `rows` rows of a map, each `row_bytes` long, at `start` of the arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ring {
    pub(super) start: usize,
    pub(super) row_bytes: usize,
    pub(super) rows: usize,
}

impl Ring {
    /// Where the whole ring lies.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.rows * self.row_bytes
    }

    /// Where row `y` of the map lies.
    pub(super) fn slot(&self, y: usize) -> Range<usize> {
        let start = self.start + (y % self.rows.max(1)) * self.row_bytes;
        start..start + self.row_bytes
    }

    /// Row `y` of the map in `memory`, the elements of the whole ring.
    pub(super) fn row<'s, T>(&self, memory: &'s [T], y: usize) -> &'s [T] {
        let slot = (y % self.rows.max(1)) * self.row_bytes;
        memory.get(slot..slot + self.row_bytes).unwrap_or(&[])
    }

    /// `count` rows from `first - padding` on in `memory`, the elements of the whole ring; rows outside a map of `height`
    /// rows are empty.
    pub(super) fn window<'s, T>(
        &self,
        memory: &'s [T],
        first: usize,
        padding: usize,
        height: usize,
    ) -> [&'s [T]; MAX_WINDOW] {
        core::array::from_fn(|i| match (first + i).checked_sub(padding) {
            Some(y) if y < height => self.row(memory, y),
            _ => &[],
        })
    }
}
