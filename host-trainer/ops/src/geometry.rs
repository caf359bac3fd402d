//! Shapes of a same-padded convolution of stride 1, and the layouts that its kernels work in.
//!
//! An image is worked on as a *frame*: channels innermost, within a border of zeros of half a kernel. The patch under an
//! output pixel then consists of `kernel` contiguous runs of `kernel * channels` elements, a row apart, and no position
//! needs a check for the edge. Weights are laid out in the same runs.

/// Runs of weights are padded with zeros to a multiple of this, whole vectors on every machine; kernels may read and add
/// zeros that far past a run.
pub(super) const LANES: usize = 16;

/// Shapes of one convolution; all sizes are at least 1, the kernel is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Convolution {
    pub channels: usize,
    pub filters: usize,
    pub kernel: usize,
    pub height: usize,
    pub width: usize,
}

impl Convolution {
    /// Elements of one plane of the image and of the output.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Elements of the image.
    pub fn image_elements(&self) -> usize {
        self.channels * self.pixels()
    }

    /// Elements from a frame's row to the next.
    pub fn row_stride(&self) -> usize {
        (self.width + self.kernel - 1) * self.channels
    }

    /// Elements of a frame, those that a kernel reads past its end included.
    pub fn frame_elements(&self) -> usize {
        (self.height + self.kernel - 1) * self.row_stride() + LANES
    }

    /// Elements of a patch's row.
    pub fn run(&self) -> usize {
        self.kernel * self.channels
    }

    /// Elements of a run of weights with its padding.
    pub fn padded_run(&self) -> usize {
        self.run().next_multiple_of(LANES)
    }

    /// Elements of one filter as padded runs.
    pub fn filter_runs(&self) -> usize {
        self.kernel * self.padded_run()
    }

    /// Blocks of [`LANES`] filters.
    pub fn filter_blocks(&self) -> usize {
        self.filters.div_ceil(LANES)
    }

    /// Writes the frame of an image of `[channels][height][width]`.
    pub fn fill_frame(&self, image: &[f32], frame: &mut [f32]) {
        frame.fill(0.0);
        let interior = self.interior();
        for (channel, plane) in image.chunks_exact(self.pixels()).enumerate() {
            let rows = frame[interior..].chunks_mut(self.row_stride());
            for (row, pixels) in rows.zip(plane.chunks_exact(self.width)) {
                for (element, &pixel) in row[channel..].iter_mut().step_by(self.channels).zip(pixels) {
                    *element = pixel;
                }
            }
        }
    }

    /// Reads the image of `[channels][height][width]` out of a frame, each element passed through `f(channel, element)`.
    pub fn read_frame(&self, frame: &[f32], image: &mut [f32], f: impl Fn(usize, f32) -> f32) {
        let interior = self.interior();
        for (channel, plane) in image.chunks_exact_mut(self.pixels()).enumerate() {
            let rows = frame[interior..].chunks(self.row_stride());
            for (row, pixels) in rows.zip(plane.chunks_exact_mut(self.width)) {
                for (&element, pixel) in row[channel..].iter().step_by(self.channels).zip(pixels) {
                    *pixel = f(channel, element);
                }
            }
        }
    }

    /// Where the image's first pixel lies in its frame.
    fn interior(&self) -> usize {
        self.kernel / 2 * (self.row_stride() + self.channels)
    }

    /// Weights of `[filters][channels][kernel][kernel]` as runs: `[filters][kernel][padded run]`.
    pub fn runs(&self, weights: &[f32]) -> Vec<f32> {
        let mut runs = vec![0.0; self.filters * self.filter_runs()];
        self.for_each_weight(|filter, row, element, index| {
            runs[filter * self.filter_runs() + row * self.padded_run() + element] = weights[index];
        });
        runs
    }

    /// The inverse of [`Self::runs`].
    pub fn weights_of_runs(&self, runs: &[f32]) -> Vec<f32> {
        let mut weights = vec![0.0; self.filters * self.kernel * self.run()];
        self.for_each_weight(|filter, row, element, index| {
            weights[index] = runs[filter * self.filter_runs() + row * self.padded_run() + element];
        });
        weights
    }

    /// Weights of `[filters][channels][kernel][kernel]` in blocks of filters: `[block][kernel][run][LANES]`, the last
    /// block filled up with zeros.
    pub fn blocks(&self, weights: &[f32]) -> Vec<f32> {
        let mut blocks = vec![0.0; self.filter_blocks() * self.kernel * self.run() * LANES];
        self.for_each_weight(|filter, row, element, index| {
            let block = filter / LANES;
            let position = (block * self.kernel + row) * self.run() + element;
            blocks[position * LANES + filter % LANES] = weights[index];
        });
        blocks
    }

    /// Calls `f` with each weight's filter, row of the kernel, element of the run, and index in
    /// `[filters][channels][kernel][kernel]`.
    fn for_each_weight(&self, mut f: impl FnMut(usize, usize, usize, usize)) {
        let mut index = 0;
        for filter in 0..self.filters {
            for channel in 0..self.channels {
                for row in 0..self.kernel {
                    for column in 0..self.kernel {
                        f(filter, row, column * self.channels + channel, index);
                        index += 1;
                    }
                }
            }
        }
    }
}
