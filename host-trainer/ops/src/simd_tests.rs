//! The inner loops against the definition of a convolution, in small integers: sums are exact, so their order does not
//! matter.

use pulp::Scalar;

use super::super::switches::offset_of_switch;
use super::*;

/// Shapes as (channels, filters, kernel, height, width): odd sizes, numbers of channels and filters that fill no vector,
/// kernels larger than the map.
const SHAPES: [(usize, usize, usize, usize, usize); 8] = [
    (1, 16, 11, 13, 22),
    (1, 3, 7, 4, 2),
    (3, 5, 5, 7, 6),
    (16, 24, 5, 6, 9),
    (9, 17, 3, 5, 5),
    (48, 8, 3, 4, 4),
    (20, 33, 1, 3, 7),
    (2, 1, 15, 2, 3),
];

fn integers(count: usize, factor: usize, range: usize) -> Vec<f32> {
    (0..count).map(|i| (i * factor % range) as f32 - (range / 2) as f32).collect()
}

struct Case {
    shape: Convolution,
    image: Vec<f32>,
    weights: Vec<f32>,
    /// The map before unpooling, a third of it zero, with its switches.
    map: Vec<f32>,
    switches: Option<Vec<u8>>,
    points: Points,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        SHAPES.into_iter().flat_map(|shape| [Self::new(shape, false), Self::new(shape, true)])
    }

    fn new((channels, filters, kernel, height, width): (usize, usize, usize, usize, usize), pooled: bool) -> Self {
        let shape = Convolution { channels, filters, kernel, height, width };
        let scale = if pooled { 2 } else { 1 };
        let elements = filters * (height / scale) * (width / scale);
        let map: Vec<f32> = integers(elements, 5, 7).iter().map(|&v| if v.abs() < 2.0 { 0.0 } else { v }).collect();
        let switches = pooled.then(|| (0..elements).map(|i| (i * 7 % 11 % 4) as u8).collect::<Vec<_>>());
        let mut points = Points::default();
        points.collect(&shape, switches.as_deref(), |i| map[i]);
        let (image, weights) =
            (integers(shape.image_elements(), 7, 11), integers(filters * channels * kernel * kernel, 5, 13));
        Self { shape, image, weights, map, switches, points }
    }

    fn frame(&self) -> Vec<f32> {
        let mut frame = vec![f32::NAN; self.shape.frame_elements()];
        self.shape.fill_frame(&self.image, &mut frame);
        frame
    }

    /// Filter, position and source of every element of the map, in order.
    fn positions(&self) -> impl Iterator<Item = (usize, usize, usize, usize)> {
        let scale = if self.switches.is_some() { 2 } else { 1 };
        let (height, width) = (self.shape.height / scale, self.shape.width / scale);
        (0..self.map.len()).map(move |source| {
            let (filter, y, x) = (source / (height * width), source / width % height, source % width);
            let (dy, dx) = self.switches.as_ref().map_or((0, 0), |switches| offset_of_switch(switches[source]));
            (filter, scale * y + dy, scale * x + dx, source)
        })
    }

    /// Calls `f` with index of the weight and index of the pixel of each tap of the filter at (y, x).
    fn for_each_tap(&self, filter: usize, y: usize, x: usize, mut f: impl FnMut(usize, usize)) {
        let Convolution { channels, kernel, height, width, .. } = self.shape;
        for channel in 0..channels {
            for ky in 0..kernel {
                for kx in 0..kernel {
                    let (yy, xx) = ((y + ky).wrapping_sub(kernel / 2), (x + kx).wrapping_sub(kernel / 2));
                    if yy < height && xx < width {
                        let weight = ((filter * channels + channel) * kernel + ky) * kernel + kx;
                        f(weight, (channel * height + yy) * width + xx);
                    }
                }
            }
        }
    }
}

#[test]
fn gather_equals_the_definition() {
    for case in Case::all() {
        let mut expected = vec![0.0; case.weights.len()];
        for (filter, y, x, source) in case.positions() {
            case.for_each_tap(filter, y, x, |weight, pixel| expected[weight] += case.map[source] * case.image[pixel]);
        }
        let zeros = || vec![0.0; case.shape.filters * case.shape.filter_runs()];
        let (mut sums, mut portable) = (zeros(), zeros());
        gather(&case.shape, &case.frame(), &case.points, &mut sums);
        let (shape, frame, points) = (&case.shape, &case.frame()[..], &case.points);
        Gather { shape, frame, points, sums: &mut portable }.with_simd(Scalar);
        for sums in [sums, portable] {
            assert_eq!(case.shape.weights_of_runs(&sums), expected, "{:?}", case.shape);
        }
    }
}

#[test]
fn scatter_equals_the_definition() {
    for case in Case::all() {
        let mut expected = vec![0.0; case.image.len()];
        for (filter, y, x, source) in case.positions() {
            case.for_each_tap(filter, y, x, |weight, pixel| expected[pixel] += case.map[source] * case.weights[weight]);
        }
        let runs = case.shape.runs(&case.weights);
        let zeros = || vec![0.0; case.shape.frame_elements()];
        let (mut frame, mut portable) = (zeros(), zeros());
        scatter(&case.shape, &runs, &case.points, &mut frame);
        let (shape, runs, points) = (&case.shape, &runs[..], &case.points);
        Scatter { shape, runs, points, frame: &mut portable }.with_simd(Scalar);
        for frame in [frame, portable] {
            let mut image = vec![f32::NAN; case.image.len()];
            case.shape.read_frame(&frame, &mut image, |_, value| value);
            assert_eq!(image, expected, "{:?}", case.shape);
        }
    }
}

#[test]
fn correlate_equals_the_definition_at_points_and_everywhere() {
    for case in Case::all() {
        let value = |filter, y, x| {
            let mut sum = 0.0;
            case.for_each_tap(filter, y, x, |weight, pixel| sum += case.weights[weight] * case.image[pixel]);
            sum
        };
        let (shape, frame, points) = (&case.shape, &case.frame()[..], &case.points);
        let runs = &shape.runs(&case.weights)[..];
        let (mut at_points, mut portable) = (vec![0.0; case.map.len()], vec![0.0; case.map.len()]);
        correlate_at(shape, frame, runs, points, &mut at_points);
        CorrelateAt { shape, frame, runs, points, output: &mut portable }.with_simd(Scalar);
        for found in [at_points, portable] {
            for (filter, y, x, source) in case.positions() {
                let expected = if case.map[source] == 0.0 { 0.0 } else { value(filter, y, x) };
                assert_eq!(found[source], expected, "{shape:?}");
            }
        }

        let pixel = shape.filter_blocks() * LANES;
        let patches: Vec<usize> = (0..shape.pixels())
            .map(|i| i / shape.width * shape.row_stride() + i % shape.width * shape.channels)
            .collect();
        let (blocks, bias) = (&shape.blocks(&case.weights)[..], &integers(pixel, 3, 5)[..]);
        let (mut everywhere, mut portable) = (vec![0.0; patches.len() * pixel], vec![0.0; patches.len() * pixel]);
        correlate(shape, frame, blocks, bias, &patches, &mut everywhere);
        Correlate { shape, frame, blocks, bias, patches: &patches, output: &mut portable }.with_simd(Scalar);
        for found in [everywhere, portable] {
            for (i, found) in found.chunks_exact(pixel).enumerate() {
                for (filter, &found) in found.iter().take(shape.filters).enumerate() {
                    assert_eq!(found, bias[filter] + value(filter, i / shape.width, i % shape.width), "{shape:?}");
                }
            }
        }
    }
}
