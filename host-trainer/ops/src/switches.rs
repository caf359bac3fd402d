//! 2x2 max-pooling of planes with switches, and its inverse.
//!
//! A switch is `2 * dy + dx` of the window's maximum; the first in row-major order wins a tie. An odd last row or
//! column belongs to no window: pooling drops it, unpooling leaves it zero.

use std::sync::{Arc, OnceLock};

use candle_core::Tensor;

/// The switches of one pooled batch, `[batch][channels][height / 2][width / 2]`, each 0 to 3, where the batch is: on the CPU
/// or as a tensor on another device. Filled by the pool that made them; cloning shares them.
#[derive(Clone, Debug)]
pub struct Switches(Place);

#[derive(Clone, Debug)]
enum Place {
    Cpu(Arc<OnceLock<Vec<u8>>>),
    /// u8, of the pooled batch's shape.
    Tensor(Tensor),
}

impl Default for Switches {
    fn default() -> Self {
        Self(Place::Cpu(Arc::default()))
    }
}

impl Switches {
    /// Those of a pool that gives them as a tensor.
    pub(super) fn of_tensor(switches: Tensor) -> Self {
        Self(Place::Tensor(switches))
    }

    /// Keeps the switches of the pool's one forward pass.
    pub(super) fn fill(&self, switches: Vec<u8>) {
        if let Place::Cpu(kept) = &self.0 {
            // A pool runs once; a second run would be of the same values.
            let _ = kept.set(switches);
        }
    }

    /// All switches on the CPU; empty before the pool ran, and where they are a tensor.
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Place::Cpu(switches) => switches.get().map_or(&[], Vec::as_slice),
            Place::Tensor(_) => &[],
        }
    }

    /// The tensor, where they are one.
    pub(super) fn tensor(&self) -> Option<&Tensor> {
        match &self.0 {
            Place::Cpu(_) => None,
            Place::Tensor(switches) => Some(switches),
        }
    }
}

/// ReLU that lets a NaN through, so that a diverged network is noticed.
pub(super) fn relu(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// Pools one window of all channels, `[4][channels]` in the order of switches: its maximum clamped at zero (ReLU), and
/// where it was.
pub(super) fn pool_window(window: &[f32], pooled: &mut [f32], switches: &mut [u8]) {
    let channels = pooled.len();
    let (top, bottom) = window[..4 * channels].split_at(2 * channels);
    let ((a, b), (c, d)) = (top.split_at(channels), bottom.split_at(channels));
    for i in 0..channels {
        let (top, top_at) = if b[i] > a[i] { (b[i], 1) } else { (a[i], 0) };
        let (bottom, bottom_at) = if d[i] > c[i] { (d[i], 3) } else { (c[i], 2) };
        let (most, at) = if bottom > top { (bottom, bottom_at) } else { (top, top_at) };
        pooled[i] = relu(most);
        switches[i] = at;
    }
}

/// Row and column within its window of what a switch points to.
pub(super) fn offset_of_switch(switch: u8) -> (usize, usize) {
    (usize::from(switch >> 1), usize::from(switch & 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_in_row_major_order_wins() {
        #[rustfmt::skip]
        let window = [
            1.0, 0.0, 0.5, -1.0, 2.0,
            1.0, 2.0, 0.5, -2.0, 1.0,
            1.0, 2.0, 3.0, -0.5, 1.0,
            1.0, 2.0, 3.0, -2.0, f32::NEG_INFINITY,
        ];
        let (mut pooled, mut switches) = ([f32::NAN; 5], [9; 5]);
        pool_window(&window, &mut pooled, &mut switches);
        assert_eq!(pooled, [1.0, 2.0, 3.0, 0.0, 2.0]);
        assert_eq!(switches, [0, 1, 2, 2, 0]);
        assert_eq!(switches.map(offset_of_switch), [(0, 0), (0, 1), (1, 0), (1, 0), (0, 0)]);
    }

    #[test]
    fn a_map_that_is_not_a_number_stays_so() {
        let (mut pooled, mut switches) = ([0.0], [9]);
        pool_window(&[f32::NAN, 1.0, 2.0, 3.0], &mut pooled, &mut switches);
        assert!(pooled[0].is_nan());
    }
}
