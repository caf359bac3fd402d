//! An image reduced to what is compared: a point, which finds the few images that may look alike among all; a difference
//! hash, which rules out most of them by counting bits; and a small picture, whose correlation decides. The hash alone takes
//! pictures of one anatomy for the same picture.

use crate::data::{Image8, resize};

/// Side of the hash in bits and of the small picture in pixels.
const HASH: usize = 16;
const SIDE: usize = 32;
const PIXELS: usize = SIDE * SIDE;

/// Bits of the 256 in which two hashes of near-duplicates may differ: room for another compression or a resize.
const MOST_BITS: u32 = 32;

/// Correlation from which two images are near-duplicates.
const LEAST_CORRELATION: f64 = 0.99;

/// The squared distance of two near-duplicates' points is at most this, and a little for rounding: pictures of norm 1 have a
/// squared distance of 2 - 2 correlations, which no projection makes larger.
pub(super) const MOST_SQUARED_DISTANCE: f32 = 2.0 * (1.0 - LEAST_CORRELATION as f32) + 1e-4;

/// Blocks of the picture, [`ACROSS`] by [`DOWN`], whose sums are the point.
const ACROSS: usize = 4;
const DOWN: usize = 2;

/// A projection of the picture at mean 0 and norm 1 on 8 directions of norm 1: what its blocks are like.
pub(super) type Point = [f32; ACROSS * DOWN];

/// A grey image, small.
pub(super) struct Thumbnail {
    /// Bit `16 y + x`: pixel `x + 1` of row `y` is brighter than pixel `x`, of 17x16.
    hash: [u64; HASH * HASH / 64],
    /// 32x32 pixels.
    picture: Box<[u8]>,
    /// Of the picture.
    sum: i64,
    /// Variance of the picture by the square of its pixels: exact.
    variance: i64,
}

impl Thumbnail {
    /// `None` for an image without contrast.
    pub fn new(image: &Image8) -> Option<Self> {
        let small = resize(image, SIDE, SIDE);
        let mut hash = [0; HASH * HASH / 64];
        for (y, row) in resize(&small, HASH + 1, HASH).pixels.chunks_exact(HASH + 1).enumerate() {
            for (x, pair) in row.windows(2).enumerate() {
                let bit = HASH * y + x;
                hash[bit / 64] |= u64::from(pair[1] > pair[0]) << (bit % 64);
            }
        }
        let picture = small.pixels.into_boxed_slice();
        let sum = picture.iter().map(|&level| i64::from(level)).sum();
        let variance = covariance([&picture, &picture], [sum, sum]);
        (variance > 0).then_some(Self { hash, picture, sum, variance })
    }

    /// Near-duplicates have points within [`MOST_SQUARED_DISTANCE`]; others may have.
    pub fn point(&self) -> Point {
        let (width, height) = (SIDE / ACROSS, SIDE / DOWN);
        let mean = self.sum as f32 / PIXELS as f32;
        let norm = (self.variance as f32 / PIXELS as f32).sqrt() * ((width * height) as f32).sqrt();
        let mut sums = [0_i32; ACROSS * DOWN];
        for (i, &level) in self.picture.iter().enumerate() {
            sums[i / SIDE / height * ACROSS + i % SIDE / width] += i32::from(level);
        }
        sums.map(|sum| (sum as f32 - (width * height) as f32 * mean) / norm)
    }

    /// The correlation of two near-duplicates; `None` when they are not.
    pub fn matches(&self, other: &Self) -> Option<f32> {
        let bits: u32 = self.hash.iter().zip(&other.hash).map(|(a, b)| (a ^ b).count_ones()).sum();
        if bits > MOST_BITS {
            return None;
        }
        let covariance = covariance([&self.picture, &other.picture], [self.sum, other.sum]) as f64;
        let correlation = covariance / (self.variance as f64 * other.variance as f64).sqrt();
        (correlation >= LEAST_CORRELATION).then_some(correlation.min(1.0) as f32)
    }
}

/// Covariance of two pictures with these sums, by the square of their pixels: an integer.
fn covariance([a, b]: [&[u8]; 2], [sum_a, sum_b]: [i64; 2]) -> i64 {
    let products: u32 = a.iter().zip(b).map(|(&a, &b)| u32::from(a) * u32::from(b)).sum();
    PIXELS as i64 * i64::from(products) - sum_a * sum_b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_no_farther_apart_than_pictures() {
        let noise = |seed: u32| {
            let level = move |i: u32| ((i ^ seed.wrapping_mul(97)).wrapping_mul(2_654_435_761) >> 24) as u8;
            let pixels =
                (0..PIXELS as u32).map(|i| level(i % 32 / 8 + i / 256 * 4) / 2 + level(i) / (2 + seed as u8)).collect();
            Thumbnail::new(&Image8 { width: SIDE, height: SIDE, channels: 1, pixels }).unwrap()
        };
        let all: Vec<Thumbnail> = (0..20).map(noise).collect();
        let mut nearest = 1.0_f32;
        for a in &all {
            for b in &all {
                let covariance = covariance([&a.picture, &b.picture], [a.sum, b.sum]) as f64;
                let correlation = (covariance / (a.variance as f64 * b.variance as f64).sqrt()) as f32;
                let distance: f32 = a.point().iter().zip(b.point()).map(|(a, b)| (a - b).powi(2)).sum();
                assert!(distance <= 2.0 * (1.0 - correlation) + 1e-5, "{distance} at correlation {correlation}");
                nearest = nearest.min((2.0 - 2.0 * correlation - distance).abs());
            }
        }
        assert!(nearest < 1e-5, "a picture is at distance 0 from itself");
    }
}
