//! An image reduced to what is compared: a difference hash, which rules out most pairs by counting bits, and a small
//! picture, whose correlation decides. The hash alone takes pictures of one anatomy for the same picture.

use crate::data::{Image8, resize};

/// Side of the hash in bits and of the small picture in pixels.
const HASH: usize = 16;
const SIDE: usize = 32;

/// Bits of the 256 in which two hashes of near-duplicates may differ: room for another compression or a resize.
const MOST_BITS: u32 = 32;

/// Correlation from which two images are near-duplicates.
const LEAST_CORRELATION: f32 = 0.99;

/// A grey image, small.
pub(super) struct Thumbnail {
    /// Bit `16 y + x`: pixel `x + 1` of row `y` is brighter than pixel `x`, of 17x16.
    hash: [u64; HASH * HASH / 64],
    /// 32x32 pixels of mean 0 and norm 1.
    picture: Vec<f32>,
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
        let small = small.pixels;
        let mean = small.iter().map(|&level| f32::from(level)).sum::<f32>() / small.len() as f32;
        let centred: Vec<f32> = small.iter().map(|&level| f32::from(level) - mean).collect();
        let norm = centred.iter().map(|value| value * value).sum::<f32>().sqrt();
        (norm > 0.0).then(|| Self { hash, picture: centred.into_iter().map(|value| value / norm).collect() })
    }

    /// The correlation of two near-duplicates; `None` when they are not.
    pub fn matches(&self, other: &Self) -> Option<f32> {
        let bits: u32 = self.hash.iter().zip(&other.hash).map(|(a, b)| (a ^ b).count_ones()).sum();
        if bits > MOST_BITS {
            return None;
        }
        let correlation: f32 = self.picture.iter().zip(&other.picture).map(|(a, b)| a * b).sum();
        (correlation >= LEAST_CORRELATION).then_some(correlation.min(1.0))
    }
}
