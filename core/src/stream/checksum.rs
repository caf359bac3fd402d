//! CRC-32 of everything each tap gave, little-endian, row after row: the same code on host and device, so that two runs are
//! compared layer by layer without sending maps.

use crc::Digest;
use heapless::Vec;

use super::observer::{Observer, Tap, TapRow};
use crate::model::layout::{CRC32, Crc32Table};

/// As many taps as the largest network has: input, maps and labels beside two a convolution, one a deconvolution, one a
/// stage and one a class.
const MAX_TAPS: usize = 4 * 16 + 32 + 4;

/// A running CRC-32 of every tap, in the order the taps first gave a row.
#[derive(Clone, Default)]
pub struct Checksums {
    digests: Vec<(Tap, Digest<'static, u32, Crc32Table>), MAX_TAPS>,
}

impl Checksums {
    /// No taps yet.
    pub const fn new() -> Self {
        Self { digests: Vec::new() }
    }

    /// Forgets the last image.
    pub fn clear(&mut self) {
        self.digests.clear();
    }

    /// The taps and their checksums so far.
    pub fn iter(&self) -> impl Iterator<Item = (Tap, u32)> + '_ {
        self.digests.iter().map(|(tap, digest)| (*tap, digest.clone().finalize()))
    }

    fn digest(&mut self, tap: Tap) -> Option<&mut Digest<'static, u32, Crc32Table>> {
        let known = self.digests.iter().position(|(t, _)| *t == tap);
        let index = match known {
            Some(index) => index,
            None => {
                self.digests.push((tap, CRC32.digest())).ok()?;
                self.digests.len() - 1
            }
        };
        self.digests.get_mut(index).map(|(_, digest)| digest)
    }
}

impl core::fmt::Debug for Checksums {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Observer for Checksums {
    fn row(&mut self, tap: Tap, _y: usize, row: TapRow<'_>) {
        let Some(digest) = self.digest(tap) else { return };
        match row {
            TapRow::I8(values) => digest.update(zerocopy::IntoBytes::as_bytes(values)),
            TapRow::U8(values) => digest.update(values),
            TapRow::I32(values) => values.iter().for_each(|v| digest.update(&v.to_le_bytes())),
        }
    }
}
