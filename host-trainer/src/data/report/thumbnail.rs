//! An image reduced to what is compared: a difference hash, which rules out most pairs by counting bits, and a small
//! picture, whose correlation decides. The hash alone takes pictures of one anatomy for the same picture.

use crate::data::{Image8, resize};

/// Side of the hash in bits and of the small picture in pixels.
const HASH: usize = 16;
const SIDE: usize = 32;
const PIXELS: usize = SIDE * SIDE;

/// Bits of the 256 in which two hashes of near-duplicates may differ: room for another compression or a resize.
const MOST_BITS: u32 = 32;

/// Correlation from which two images are near-duplicates.
const LEAST_CORRELATION: f64 = 0.99;

/// Bit `16 y + x`: pixel `x + 1` of row `y` is brighter than pixel `x`, of 17x16.
#[derive(Clone, Copy)]
pub(super) struct Hash([u64; HASH * HASH / 64]);

impl Hash {
    /// Whether two images may be near-duplicates.
    pub fn is_near(&self, other: &Self) -> bool {
        // Most pairs end at the first or second word, which is why each image can be compared with each.
        let mut bits = 0;
        self.0.iter().zip(&other.0).all(|(a, b)| {
            bits += (a ^ b).count_ones();
            bits <= MOST_BITS
        })
    }
}

/// A grey image, small.
pub(super) struct Thumbnail {
    pub hash: Hash,
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
        (variance > 0).then_some(Self { hash: Hash(hash), picture, sum, variance })
    }

    /// The correlation of two near-duplicates, whose hashes are near; `None` when they are not.
    pub fn matches(&self, other: &Self) -> Option<f32> {
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
