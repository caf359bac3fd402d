//! Noise with a grain.

use super::random::Draws;
use super::raster::{Field, Grid};

/// Gaussian noise of the given grain (sigma of the blur, in units), scaled to standard deviation 1.
pub(super) fn texture(grid: Grid, grain: f64, draws: &mut Draws) -> Field {
    let mut field = Field::noise(grid, draws).blurred(grain);
    let count = field.values.len() as f64;
    let mean = field.values.iter().sum::<f64>() / count;
    let variance = field.values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
    // A picture of one pixel has no deviation to scale.
    let gain = if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 };
    field.values.iter_mut().for_each(|v| *v *= gain);
    field
}
