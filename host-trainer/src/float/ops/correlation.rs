//! Same-padded correlation of stride 1 over one image, by patches and matrix products; a convolution, its transpose and
//! both of their gradients are made of it.
//!
//! With weights w of `[filters][channels][kernel][kernel]` and p = (kernel - 1) / 2:
//! `output[o, y, x] = bias[o] + sum w[o, c, ky, kx] * image[c, y + ky - p, x + kx - p]`.
//! The transpose (gradient to the image; tied deconvolution) is the correlation with [`flipped`] weights.

use std::cell::RefCell;
use std::ops::Range;

use super::matrix::{Matrix, multiply_add};

/// Elements of a block of patches: 256 KiB, so that it stays in a core's second-level cache.
const BLOCK_ELEMENTS: usize = 64 * 1024;
/// At least so many pixels a block, where the patches of few pixels already fill it: a thinner product packs the
/// weights more often than it uses them.
const BLOCK_PIXELS: usize = 96;

thread_local! {
    /// The block of patches of this thread, kept between calls.
    static PATCHES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Shapes of one correlation; all sizes are at least 1, the kernel is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Correlation {
    pub channels: usize,
    pub filters: usize,
    pub kernel: usize,
    pub height: usize,
    pub width: usize,
}

impl Correlation {
    /// Elements of one patch, and of one filter.
    pub fn taps(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Elements of one plane of the image and of the output.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Elements of the image.
    pub fn image_elements(&self) -> usize {
        self.channels * self.pixels()
    }

    /// Elements of the output.
    pub fn output_elements(&self) -> usize {
        self.filters * self.pixels()
    }

    /// The correlation the other way, to be used with [`flipped`] weights.
    pub fn transposed(self) -> Self {
        Self { channels: self.filters, filters: self.channels, ..self }
    }

    /// Writes `output`, `[filters][height][width]`.
    pub fn forward(&self, image: &[f32], weights: &[f32], bias: Option<&[f32]>, output: &mut [f32]) {
        match bias {
            Some(bias) => {
                for (plane, &b) in output.chunks_exact_mut(self.pixels()).zip(bias) {
                    plane.fill(b);
                }
            }
            None => output.fill(0.0),
        }
        let filters = Matrix::row_major(weights, self.filters, self.taps(), self.taps());
        self.for_each_block(image, |pixels, patches| {
            multiply_add(&mut output[pixels.start..], self.pixels(), filters, patches);
        });
    }

    /// Adds to `sum`, `[taps][filters]`, the gradient of the weights, given the gradient of the output.
    pub fn add_weight_gradient(&self, image: &[f32], gradient: &[f32], sum: &mut [f32]) {
        self.for_each_block(image, |pixels, patches| {
            let length = pixels.len();
            let gradient = Matrix::row_major(&gradient[pixels.start..], self.filters, length, self.pixels());
            // Transposed, so that the small matrix, and not the patches, is reordered by the product.
            multiply_add(sum, self.filters, patches, gradient.transposed());
        });
    }

    /// Calls `f` with ranges of pixels, whole rows, and their patches as `[taps][pixels of the range]`.
    fn for_each_block(&self, image: &[f32], mut f: impl FnMut(Range<usize>, Matrix)) {
        if self.kernel == 1 {
            let patches = Matrix::row_major(image, self.channels, self.pixels(), self.pixels());
            return f(0..self.pixels(), patches);
        }
        let block_pixels = (BLOCK_ELEMENTS / self.taps()).max(BLOCK_PIXELS);
        let rows = (block_pixels / self.width).clamp(1, self.height);
        PATCHES.with_borrow_mut(|patches| {
            patches.resize(patches.len().max(self.taps() * rows * self.width), 0.0);
            for top in (0..self.height).step_by(rows) {
                let pixels = top * self.width..(top + rows).min(self.height) * self.width;
                let patches = &mut patches[..self.taps() * pixels.len()];
                self.gather(image, pixels.clone(), patches);
                let patches = Matrix::row_major(patches, self.taps(), pixels.len(), pixels.len());
                f(pixels, patches);
            }
        });
    }

    /// Copies the patches of `pixels` (whole rows) of all channels.
    fn gather(&self, image: &[f32], pixels: Range<usize>, patches: &mut [f32]) {
        let padding = (self.kernel / 2) as isize;
        let taps_of_plane = self.kernel * self.kernel * pixels.len();
        for (plane, patches) in image.chunks_exact(self.pixels()).zip(patches.chunks_exact_mut(taps_of_plane)) {
            for (tap, patch) in patches.chunks_exact_mut(pixels.len()).enumerate() {
                let down = (tap / self.kernel) as isize - padding;
                let right = (tap % self.kernel) as isize - padding;
                shift(plane, self.width, pixels.start, down, right, patch);
            }
        }
    }
}

/// Writes the pixels from `start` on of `plane`, moved up by `down` rows and left by `right` columns, zero outside.
///
/// One copy for all rows: what it wraps from a row into the next lies in the `|right|` columns that are cleared after.
fn shift(plane: &[f32], width: usize, start: usize, down: isize, right: isize, patch: &mut [f32]) {
    let from = start as isize + down * width as isize + right;
    let before = (-from).clamp(0, patch.len() as isize) as usize;
    let inside = (plane.len() as isize - from).clamp(before as isize, patch.len() as isize) as usize;
    patch[..before].fill(0.0);
    patch[inside..].fill(0.0);
    if before < inside {
        let first = (from + before as isize) as usize;
        patch[before..inside].copy_from_slice(&plane[first..first + inside - before]);
    }
    if right != 0 {
        let outside = right.unsigned_abs().min(width);
        let cleared = if right < 0 { 0..outside } else { width - outside..width };
        for row in patch.chunks_exact_mut(width) {
            row[cleared.clone()].fill(0.0);
        }
    }
}

/// Weights of the transposed correlation: `[channels][filters]`, each kernel turned by 180 degrees.
pub(super) fn flipped(weights: &[f32], filters: usize, channels: usize) -> Vec<f32> {
    let area = weights.len() / (filters * channels);
    let mut flipped = Vec::with_capacity(weights.len());
    for channel in 0..channels {
        for filter in 0..filters {
            let start = (filter * channels + channel) * area;
            flipped.extend(weights[start..start + area].iter().rev());
        }
    }
    flipped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, one output at a time.
    fn naive(shape: &Correlation, image: &[f32], weights: &[f32], o: usize, y: usize, x: usize) -> f32 {
        let (k, p) = (shape.kernel, shape.kernel / 2);
        let mut sum = 0.0;
        for c in 0..shape.channels {
            for ky in 0..k {
                for kx in 0..k {
                    let (yy, xx) = ((y + ky).wrapping_sub(p), (x + kx).wrapping_sub(p));
                    if yy < shape.height && xx < shape.width {
                        let weight = weights[((o * shape.channels + c) * k + ky) * k + kx];
                        sum += weight * image[(c * shape.height + yy) * shape.width + xx];
                    }
                }
            }
        }
        sum
    }

    #[test]
    fn equals_the_definition_also_where_the_kernel_is_larger_than_the_image() {
        for (kernel, height, width) in [(1, 2, 3), (3, 5, 4), (5, 3, 2), (11, 2, 1), (3, 1, 7), (11, 97, 70)] {
            let shape = Correlation { channels: 2, filters: 3, kernel, height, width };
            // Small integers: sums are exact, so their order does not matter.
            let image: Vec<f32> = (0..shape.image_elements()).map(|i| (i * 7 % 11) as f32 - 5.0).collect();
            let weights: Vec<f32> = (0..3 * shape.taps()).map(|i| (i * 5 % 13) as f32 - 6.0).collect();
            let mut output = vec![f32::NAN; shape.output_elements()];
            shape.forward(&image, &weights, Some(&[1.0, 2.0, 3.0]), &mut output);
            for (i, &found) in output.iter().enumerate() {
                let (o, y, x) = (i / shape.pixels(), i / width % height, i % width);
                let expected = (o + 1) as f32 + naive(&shape, &image, &weights, o, y, x);
                assert_eq!(found, expected, "{shape:?} at {o}, {y}, {x}");
            }
        }
    }
}
