//! Random numbers that are the same on every platform and with every version of every package: ChaCha8 as it is
//! specified, and the few distributions written out here.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The stream of one image.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    /// Stream `index` of the key made of `seed`: any image can be made without those before it.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut key = *b"switchback phantom v1...seed=...";
        key[24..].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(index);
        Self(generator)
    }

    /// Uniform in [0, 1), 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in the range of a pair.
    pub fn within(&mut self, range: (f64, f64)) -> f64 {
        self.uniform(range.0, range.1)
    }

    /// Uniform in 0..count; `count` is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        // 64 bits over a few thousand choices: the bias is below 1e-15.
        ((u128::from(self.0.next_u64()) * count as u128) >> 64) as usize
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// -1 or 1.
    pub fn sign(&mut self) -> f64 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// Standard normal (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        // 1 - unit lies in (0, 1], where the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}
