//! The non-zeros of an unpooled map, as lists of places in a frame.
//!
//! Of the four positions of a pooling window at most one, its switch, is not zero; and where ReLU gave zero none is. What
//! works on such a map visits its non-zeros only.

use super::geometry::Convolution;
use super::switches::offset_of_switch;

/// Bytes of a frame that a band of points may touch, so that they stay in a core's first-level cache while all filters
/// pass over them.
const BAND_BYTES: usize = 24 * 1024;

/// One non-zero of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    /// Of the patch under it, in the frame.
    pub patch: u32,
    /// Its index in the map before unpooling, `[filters][h][w]`.
    pub source: u32,
    pub value: f32,
}

/// The non-zeros of one image's map, by band of rows, then by filter, then row by row.
#[derive(Debug, Default)]
pub(super) struct Points {
    points: Vec<Point>,
    /// End of each list.
    ends: Vec<usize>,
    filters: usize,
}

impl Points {
    /// Lists the non-zeros of a map `[filters][h][w]` whose element i is `value(i)`; with `switches` it is the unpooled
    /// map that they stand for. `shape` is the convolution between frame and map.
    pub fn collect(&mut self, shape: &Convolution, switches: Option<&[u8]>, value: impl Fn(usize) -> f32) {
        let scale = if switches.is_some() { 2 } else { 1 };
        let (height, width) = (shape.height / scale, shape.width / scale);
        let elements = shape.filters * height * width;
        // One more than can be: what is not kept is overwritten by the next.
        self.points.resize(self.points.len().max(elements + 1), Point::default());
        self.ends.clear();
        self.filters = shape.filters;
        let rows_of_band = BAND_BYTES / (size_of::<f32>() * shape.row_stride());
        let band = (rows_of_band.saturating_sub(shape.kernel - 1) / scale).clamp(1, height.max(1));
        let mut count = 0;
        for top in (0..height).step_by(band) {
            for filter in 0..shape.filters {
                for y in top..(top + band).min(height) {
                    let first = (filter * height + y) * width;
                    for x in 0..width {
                        let source = first + x;
                        let (dy, dx) = switches.map_or((0, 0), |switches| offset_of_switch(switches[source]));
                        let patch = (scale * y + dy) * shape.row_stride() + (scale * x + dx) * shape.channels;
                        let value = value(source);
                        self.points[count] = Point { patch: patch as u32, source: source as u32, value };
                        count += usize::from(value != 0.0);
                    }
                }
                self.ends.push(count);
            }
        }
    }

    /// Every list with its filter, in order.
    pub fn lists(&self) -> impl Iterator<Item = (usize, &[Point])> {
        let mut start = 0;
        self.ends.iter().enumerate().map(move |(list, &end)| {
            let points = &self.points[start..end];
            start = end;
            (list % self.filters, points)
        })
    }
}
