//! 2x2 max-pooling of planes with switches, and its inverse.
//!
//! A switch is `2 * dy + dx` of the window's maximum; the first in row-major order wins a tie. An odd last row or
//! column belongs to no window: pooling drops it, unpooling leaves it zero.

use std::sync::{Arc, OnceLock};

/// The switches of one pooled batch, `[batch][channels][height / 2][width / 2]`, each 0 to 3. Filled by the pool that
/// made them; cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Switches(Arc<OnceLock<Vec<u8>>>);

impl Switches {
    /// Keeps the switches of the pool's one forward pass.
    pub(super) fn fill(&self, switches: Vec<u8>) {
        // A pool runs once; a second run would be of the same values.
        let _ = self.0.set(switches);
    }

    /// All switches; empty before the pool ran.
    pub fn as_slice(&self) -> &[u8] {
        self.0.get().map_or(&[], Vec::as_slice)
    }
}

/// ReLU that lets a NaN through, so that a diverged network is noticed.
pub(super) fn relu(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// Maximum of each window of `plane` (rows of `width`), clamped at zero (ReLU), and where it was.
pub(super) fn pool(plane: &[f32], width: usize, pooled: &mut [f32], switches: &mut [u8]) {
    let half = width / 2;
    if half == 0 {
        return;
    }
    let rows = pooled.chunks_exact_mut(half).zip(switches.chunks_exact_mut(half));
    for (windows, (pooled, switches)) in plane.chunks_exact(2 * width).zip(rows) {
        let (upper, lower) = windows.split_at(width);
        let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for ((pooled, switch), (u, l)) in pooled.iter_mut().zip(switches).zip(pairs) {
            let (top, top_at) = if u[1] > u[0] { (u[1], 1) } else { (u[0], 0) };
            let (bottom, bottom_at) = if l[1] > l[0] { (l[1], 3) } else { (l[0], 2) };
            let (most, at) = if bottom > top { (bottom, bottom_at) } else { (top, top_at) };
            *pooled = relu(most);
            *switch = at;
        }
    }
}

/// Puts each value of `pooled` at its switch's place in `plane` (rows of `width`); the rest becomes zero.
pub(super) fn unpool(pooled: &[f32], switches: &[u8], width: usize, plane: &mut [f32]) {
    plane.fill(0.0);
    for_each_switch(switches, width, |i, at| plane[at] = pooled[i]);
}

/// The value of `plane` (rows of `width`) at each switch: the gradient of [`unpool`].
pub(super) fn take(plane: &[f32], switches: &[u8], width: usize, pooled: &mut [f32]) {
    for_each_switch(switches, width, |i, at| pooled[i] = plane[at]);
}

/// Calls `f` with each switch's index and the index of its place in a plane of rows of `width`.
fn for_each_switch(switches: &[u8], width: usize, mut f: impl FnMut(usize, usize)) {
    let half = (width / 2).max(1);
    for (y, row) in switches.chunks_exact(half).enumerate() {
        for (x, &switch) in row.iter().enumerate() {
            let (dy, dx) = (usize::from(switch >> 1), usize::from(switch & 1));
            f(y * half + x, (2 * y + dy) * width + 2 * x + dx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_in_row_major_order_wins_and_odd_edges_are_dropped() {
        #[rustfmt::skip]
        let plane = [
            1.0, 1.0,  0.0, 2.0,  9.0,
            1.0, 1.0,  2.0, 2.0,  9.0,
            -1.0, -2.0,  3.0, 4.0,  9.0,
            -0.5, -2.0,  5.0, 5.0,  9.0,
            9.0, 9.0,  9.0, 9.0,  9.0,
        ];
        let (mut pooled, mut switches) = ([f32::NAN; 4], [9; 4]);
        pool(&plane, 5, &mut pooled, &mut switches);
        assert_eq!(pooled, [1.0, 2.0, 0.0, 5.0]);
        assert_eq!(switches, [0, 1, 2, 2]);

        let mut unpooled = [f32::NAN; 25];
        unpool(&[1.0, 2.0, 3.0, 4.0], &switches, 5, &mut unpooled);
        #[rustfmt::skip]
        assert_eq!(unpooled, [
            1.0, 0.0,  0.0, 2.0,  0.0,
            0.0, 0.0,  0.0, 0.0,  0.0,
            0.0, 0.0,  0.0, 0.0,  0.0,
            3.0, 0.0,  4.0, 0.0,  0.0,
            0.0, 0.0,  0.0, 0.0,  0.0,
        ]);
        let mut taken = [f32::NAN; 4];
        take(&plane, &switches, 5, &mut taken);
        assert_eq!(taken, [1.0, 2.0, -0.5, 5.0]);
    }
}
