//! The pixel grid seen in anatomical units, and the drawing tools of all painters.
//!
//! Painters think in units: 1/96 of the picture's shorter side, origin in its middle, x to the right, y down. So a phantom
//! of another size is the same anatomy, sharper. All arithmetic is f64 in a fixed order, with `libm` for what IEEE 754
//! does not pin down: the pictures are the same bytes on every platform.

use super::random::Draws;

/// Units on the shorter side of a picture.
pub(super) const UNITS: f64 = 96.0;

/// A point in units.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub fn distance(self, other: Self) -> f64 {
        let (dx, dy) = (self.x - other.x, self.y - other.y);
        (dx * dx + dy * dy).sqrt()
    }
}

/// The pixel grid of a picture.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub width: usize,
    pub height: usize,
    /// Pixels a unit.
    pub scale: f64,
}

impl Grid {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, scale: width.min(height) as f64 / UNITS }
    }

    /// The centre of pixel (`column`, `row`).
    pub fn point(&self, column: usize, row: usize) -> Point {
        let middle = |count: usize| (count as f64 - 1.0) / 2.0;
        Point {
            x: (column as f64 - middle(self.width)) / self.scale,
            y: (row as f64 - middle(self.height)) / self.scale,
        }
    }

    /// Half the extent of the picture in units, (x, y).
    pub fn half_extent(&self) -> (f64, f64) {
        (self.width as f64 / 2.0 / self.scale, self.height as f64 / 2.0 / self.scale)
    }

    /// Calls `paint(index, point)` for every pixel within `reach` units of `centre` (a square).
    pub fn around(&self, centre: Point, reach: f64, mut paint: impl FnMut(usize, Point)) {
        let range = |middle: f64, count: usize| {
            let low = (middle - reach * self.scale).ceil().max(0.0) as usize;
            let high = ((middle + reach * self.scale).floor() + 1.0).clamp(0.0, count as f64) as usize;
            low..high
        };
        let column = centre.x * self.scale + (self.width as f64 - 1.0) / 2.0;
        let row = centre.y * self.scale + (self.height as f64 - 1.0) / 2.0;
        for r in range(row, self.height) {
            for c in range(column, self.width) {
                paint(r * self.width + c, self.point(c, r));
            }
        }
    }
}

/// A value for each pixel, rows first.
#[derive(Clone)]
pub(super) struct Field {
    pub grid: Grid,
    pub values: Vec<f64>,
}

impl Field {
    pub fn zero(grid: Grid) -> Self {
        Self { grid, values: vec![0.0; grid.width * grid.height] }
    }

    /// A field from a function of the place.
    pub fn of(grid: Grid, mut value: impl FnMut(Point) -> f64) -> Self {
        let mut field = Self::zero(grid);
        for row in 0..grid.height {
            for column in 0..grid.width {
                field.values[row * grid.width + column] = value(grid.point(column, row));
            }
        }
        field
    }

    /// White noise: a standard normal a pixel.
    pub fn noise(grid: Grid, draws: &mut Draws) -> Self {
        Self::of(grid, |_| draws.normal())
    }

    /// Gaussian blur, `sigma` in units; the borders are mirrored.
    pub fn blurred(&self, sigma: f64) -> Self {
        let Grid { width, height, scale } = self.grid;
        let kernel = gaussian(sigma * scale);
        let mut across = Self::zero(self.grid);
        for row in 0..height {
            let line = &self.values[row * width..][..width];
            convolve(&kernel, width, |column| line[column], |column, sum| across.values[row * width + column] = sum);
        }
        let mut down = Self::zero(self.grid);
        for column in 0..width {
            let at = |row: usize| across.values[row * width + column];
            convolve(&kernel, height, at, |row, sum| down.values[row * width + column] = sum);
        }
        down
    }
}

/// The weights of a normalized Gaussian from the middle outwards.
fn gaussian(sigma: f64) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as usize;
    let mut half: Vec<f64> = (0..=reach).map(|i| libm::exp(-((i * i) as f64) / (2.0 * sigma * sigma))).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f64>();
    half.iter_mut().for_each(|weight| *weight /= sum);
    half
}

/// One line of a symmetric convolution with mirrored ends.
fn convolve(half: &[f64], count: usize, at: impl Fn(usize) -> f64, mut put: impl FnMut(usize, f64)) {
    let line: Vec<f64> = {
        let reach = half.len() as isize - 1;
        (-reach..count as isize + reach).map(|i| at(mirrored(i, count))).collect()
    };
    let reach = half.len() - 1;
    for i in 0..count {
        let middle = i + reach;
        let sides = (1..=reach).map(|d| half[d] * (line[middle - d] + line[middle + d]));
        put(i, sides.fold(half[0] * line[middle], |sum, term| sum + term));
    }
}

/// Index `i` mirrored at the border pixels into 0..count.
fn mirrored(i: isize, count: usize) -> usize {
    let last = count as isize - 1;
    if last == 0 {
        return 0;
    }
    let i = i.rem_euclid(2 * last);
    i.min(2 * last - i) as usize
}

/// The logistic function: a soft step.
pub(super) fn soft_step(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z.clamp(-30.0, 30.0)))
}

/// |v| to the power 2.5: between an ellipse and a rectangle.
pub(super) fn power_2_5(v: f64) -> f64 {
    v * v * v.abs().sqrt()
}

/// Adds a soft line of Gaussian profile (`sigma` in units) along `points`, `strength(pixel)` high.
pub(super) fn add_line(image: &mut Field, points: &[Point], sigma: f64, strength: impl Fn(usize) -> f64) {
    let grid = image.grid;
    for row in 0..grid.height {
        for column in 0..grid.width {
            let point = grid.point(column, row);
            let distance = points.windows(2).map(|ends| to_segment(point, ends[0], ends[1])).fold(f64::MAX, f64::min);
            if distance < 5.0 * sigma {
                let index = row * grid.width + column;
                image.values[index] += strength(index) * libm::exp(-0.5 * (distance / sigma) * (distance / sigma));
            }
        }
    }
}

fn to_segment(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy + 1e-6);
    let along = along.clamp(0.0, 1.0);
    point.distance(Point { x: from.x + along * dx, y: from.y + along * dy })
}
