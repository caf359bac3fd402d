//! The inner loops, for whatever vectors the machine has.
//!
//! Everything is written once over [`pulp::Simd`]; [`pulp::Arch`] chooses at run time. Functions below an entry are
//! inlined into it, so that they are compiled for its instructions.

use pulp::{Arch, Simd, WithSimd};

use super::geometry::{Convolution, LANES};
use super::points::{Point, Points};

/// Vectors that are kept in registers while points or taps stream by: of sixteen registers, four stay for the rest.
const KEPT: usize = 12;

/// Calls `$call` with the constant `$n` equal to `$count`, 1 to [`KEPT`].
macro_rules! with_count {
    ($count:expr, $n:ident => $call:expr) => {
        with_count!($count, $n => $call, 1 2 3 4 5 6 7 8 9 10 11 12)
    };
    ($count:expr, $n:ident => $call:expr, $($value:literal)+) => {
        match $count {
            $($value => {
                const $n: usize = $value;
                $call
            })+
            count => unreachable!("{count} vectors, expected 1 to {KEPT}"),
        }
    };
}

/// Adds to `sums`, the filters as runs, each point's value times the patch under it: the gradient of a convolution's
/// weights, given its image as `frame` and the gradient of its output as `points`.
pub(super) fn gather(shape: &Convolution, frame: &[f32], points: &Points, sums: &mut [f32]) {
    Arch::new().dispatch(Gather { shape, frame, points, sums });
}

/// Adds to `frame` each point's value times its filter, given as `runs`: the gradient of a convolution's image, and a
/// transposed convolution.
pub(super) fn scatter(shape: &Convolution, runs: &[f32], points: &Points, frame: &mut [f32]) {
    Arch::new().dispatch(Scatter { shape, runs, points, frame });
}

/// Writes to `output`, at each point's source, the product of its filter with the patch under it: the convolution where
/// there are points.
pub(super) fn correlate_at(shape: &Convolution, frame: &[f32], runs: &[f32], points: &Points, output: &mut [f32]) {
    Arch::new().dispatch(CorrelateAt { shape, frame, runs, points, output });
}

/// Writes the convolution + bias of the pixels whose patches are at `patches` of `frame`:
/// `[patches][filter blocks * LANES]`. `blocks` are the weights in blocks of filters, `bias` is as long as a pixel.
pub(super) fn correlate(
    shape: &Convolution,
    frame: &[f32],
    blocks: &[f32],
    bias: &[f32],
    patches: &[usize],
    output: &mut [f32],
) {
    Arch::new().dispatch(Correlate { shape, frame, blocks, bias, patches, output });
}

/// Splits a run of `elements` into ranges of at most [`KEPT`] vectors, as equal as can be.
#[inline(always)]
fn chunks<S: Simd>(elements: usize) -> impl Iterator<Item = (usize, usize)> {
    let vectors = elements / S::F32_LANES;
    let chunk = vectors.div_ceil(vectors.div_ceil(KEPT));
    (0..vectors).step_by(chunk).map(move |start| (start * S::F32_LANES, chunk.min(vectors - start)))
}

struct Gather<'a> {
    shape: &'a Convolution,
    frame: &'a [f32],
    points: &'a Points,
    sums: &'a mut [f32],
}

impl WithSimd for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (stride, run) = (self.shape.row_stride(), self.shape.padded_run());
        let short = run == 2 * S::F32_LANES;
        for (filter, points) in self.points.lists().filter(|(_, points)| !points.is_empty()) {
            let sums = &mut self.sums[filter * self.shape.filter_runs()..][..self.shape.filter_runs()];
            let mut row = 0;
            while row < self.shape.kernel {
                // One short run at a time would wait for its own sums: several rows share a pass over the points.
                let rows =
                    if short { [6, 5, 3].into_iter().find(|&rows| row + rows <= self.shape.kernel) } else { None };
                let sums = &mut sums[row * run..];
                let frame = &self.frame[row * stride..];
                match rows {
                    Some(6) => gather_rows::<S, 6, 2>(simd, frame, stride, points, sums),
                    Some(5) => gather_rows::<S, 5, 2>(simd, frame, stride, points, sums),
                    Some(3) => gather_rows::<S, 3, 2>(simd, frame, stride, points, sums),
                    _ => {
                        for (start, count) in chunks::<S>(run) {
                            let (frame, sums) = (&frame[start..], &mut sums[start..]);
                            with_count!(count, N => gather_rows::<S, 1, N>(simd, frame, stride, points, sums));
                        }
                    }
                }
                row += rows.unwrap_or(1);
            }
        }
    }
}

/// [`Gather`] for `ROWS` runs of `N` vectors, kept in registers.
#[inline(always)]
fn gather_rows<S: Simd, const ROWS: usize, const N: usize>(
    simd: S,
    frame: &[f32],
    stride: usize,
    points: &[Point],
    sums: &mut [f32],
) {
    let elements = N * S::F32_LANES;
    let mut kept = [[simd.splat_f32s(0.0); N]; ROWS];
    for point in points {
        let value = simd.splat_f32s(point.value);
        let patch = &frame[point.patch as usize..];
        for (row, kept) in kept.iter_mut().enumerate() {
            let (pixels, _) = S::as_simd_f32s(&patch[row * stride..][..elements]);
            for (kept, &pixels) in kept.iter_mut().zip(pixels) {
                *kept = simd.mul_add_e_f32s(value, pixels, *kept);
            }
        }
    }
    for (kept, sums) in kept.iter().zip(sums.chunks_mut(elements)) {
        let (sums, _) = S::as_mut_simd_f32s(sums);
        for (sum, &kept) in sums.iter_mut().zip(kept) {
            *sum = simd.add_f32s(*sum, kept);
        }
    }
}

struct Scatter<'a> {
    shape: &'a Convolution,
    runs: &'a [f32],
    points: &'a Points,
    frame: &'a mut [f32],
}

impl WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (stride, run) = (self.shape.row_stride(), self.shape.padded_run());
        for (filter, points) in self.points.lists().filter(|(_, points)| !points.is_empty()) {
            let runs = &self.runs[filter * self.shape.filter_runs()..][..self.shape.filter_runs()];
            for (row, weights) in runs.chunks_exact(run).enumerate() {
                for (start, count) in chunks::<S>(run) {
                    let (frame, weights) = (&mut self.frame[row * stride + start..], &weights[start..]);
                    with_count!(count, N => scatter_row::<S, N>(simd, frame, weights, points));
                }
            }
        }
    }
}

/// [`Scatter`] of a run of `N` vectors of weights, kept in registers.
#[inline(always)]
fn scatter_row<S: Simd, const N: usize>(simd: S, frame: &mut [f32], weights: &[f32], points: &[Point]) {
    let elements = N * S::F32_LANES;
    let mut kept = [simd.splat_f32s(0.0); N];
    kept.copy_from_slice(S::as_simd_f32s(&weights[..elements]).0);
    for point in points {
        let value = simd.splat_f32s(point.value);
        let (pixels, _) = S::as_mut_simd_f32s(&mut frame[point.patch as usize..][..elements]);
        for (pixels, &kept) in pixels.iter_mut().zip(&kept) {
            *pixels = simd.mul_add_e_f32s(value, kept, *pixels);
        }
    }
}

struct CorrelateAt<'a> {
    shape: &'a Convolution,
    frame: &'a [f32],
    runs: &'a [f32],
    points: &'a Points,
    output: &'a mut [f32],
}

impl WithSimd for CorrelateAt<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        /// Sums that grow side by side.
        const SUMS: usize = 4;
        let (stride, run) = (self.shape.row_stride(), self.shape.padded_run());
        for (filter, points) in self.points.lists() {
            let runs = &self.runs[filter * self.shape.filter_runs()..][..self.shape.filter_runs()];
            for point in points {
                let patch = &self.frame[point.patch as usize..];
                let mut sums = [simd.splat_f32s(0.0); SUMS];
                for (row, weights) in runs.chunks_exact(run).enumerate() {
                    let (pixels, _) = S::as_simd_f32s(&patch[row * stride..][..run]);
                    let (weights, _) = S::as_simd_f32s(weights);
                    let (weights, rest) = weights.as_chunks::<SUMS>();
                    let (pixels, pixels_rest) = pixels.as_chunks::<SUMS>();
                    for (weights, pixels) in weights.iter().zip(pixels) {
                        for ((sum, &weights), &pixels) in sums.iter_mut().zip(weights).zip(pixels) {
                            *sum = simd.mul_add_e_f32s(weights, pixels, *sum);
                        }
                    }
                    for ((sum, &weights), &pixels) in sums.iter_mut().zip(rest).zip(pixels_rest) {
                        *sum = simd.mul_add_e_f32s(weights, pixels, *sum);
                    }
                }
                let [a, b, c, d] = sums;
                let sum = simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d));
                self.output[point.source as usize] = simd.reduce_sum_f32s(sum);
            }
        }
    }
}

struct Correlate<'a> {
    shape: &'a Convolution,
    frame: &'a [f32],
    blocks: &'a [f32],
    bias: &'a [f32],
    patches: &'a [usize],
    output: &'a mut [f32],
}

impl WithSimd for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let block_elements = self.shape.kernel * self.shape.run() * LANES;
        for block in 0..self.shape.filter_blocks() {
            let used = (self.shape.filters - block * LANES).min(LANES).div_ceil(S::F32_LANES);
            let blocks = &self.blocks[block * block_elements..][..block_elements];
            match used {
                1 => self.correlate_block::<S, 12, 1>(simd, block, blocks),
                2 => self.correlate_block::<S, 6, 2>(simd, block, blocks),
                3 | 4 => self.correlate_block::<S, 3, 4>(simd, block, blocks),
                _ => self.correlate_block::<S, 1, LANES>(simd, block, blocks),
            }
        }
    }
}

impl Correlate<'_> {
    /// `N` vectors of filters of one block, `PIXELS` pixels at a time.
    #[inline(always)]
    fn correlate_block<S: Simd, const PIXELS: usize, const N: usize>(
        &mut self,
        simd: S,
        block: usize,
        weights: &[f32],
    ) {
        let pixel_elements = self.shape.filter_blocks() * LANES;
        let first = block * LANES;
        let bias = S::as_simd_f32s(&self.bias[first..][..LANES]).0;
        let tiles = self.patches.chunks(PIXELS).zip(self.output.chunks_mut(PIXELS * pixel_elements));
        for (patches, output) in tiles {
            // The pixels that the last tile lacks repeat its last one.
            let mut padded = [patches[patches.len() - 1]; PIXELS];
            padded[..patches.len()].copy_from_slice(patches);
            let sums = correlate_tile::<S, PIXELS, N>(simd, self.shape, self.frame, &padded, weights, &bias[..N]);
            for (sums, pixel) in sums.iter().zip(output.chunks_mut(pixel_elements)) {
                S::as_mut_simd_f32s(&mut pixel[first..][..LANES]).0[..N].copy_from_slice(sums);
            }
        }
    }
}

/// `PIXELS` times `N` vectors of filters, kept in registers.
#[inline(always)]
fn correlate_tile<S: Simd, const PIXELS: usize, const N: usize>(
    simd: S,
    shape: &Convolution,
    frame: &[f32],
    patches: &[usize; PIXELS],
    weights: &[f32],
    bias: &[S::f32s],
) -> [[S::f32s; N]; PIXELS] {
    let (stride, run) = (shape.row_stride(), shape.run());
    let mut sums = [[bias[0]; N]; PIXELS];
    for sums in &mut sums {
        sums.copy_from_slice(bias);
    }
    for (row, weights) in weights.chunks_exact(run * LANES).enumerate() {
        let mut runs = [&frame[..0]; PIXELS];
        for (slice, &patch) in runs.iter_mut().zip(patches) {
            *slice = &frame[patch + row * stride..][..run];
        }
        let (weights, _) = weights.as_chunks::<LANES>();
        for (element, weights) in weights.iter().enumerate().take(run) {
            let weights = &S::as_simd_f32s(weights).0[..N];
            for (sums, run) in sums.iter_mut().zip(&runs) {
                let pixel = simd.splat_f32s(run[element]);
                for (sum, &weights) in sums.iter_mut().zip(weights) {
                    *sum = simd.mul_add_e_f32s(pixel, weights, *sum);
                }
            }
        }
    }
    sums
}

#[cfg(test)]
#[path = "simd_tests.rs"]
mod tests;
