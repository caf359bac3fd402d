//! What lies where in the scratch of a call.

use zerocopy::{FromBytes, IntoBytes};

use super::{LANES, PATCH, blocks_a_side};
use crate::arch::vectors::{FREQUENCIES, Sums, Vector};
use crate::model::EncoderLayer;

/// Transformed input and weights, sums, and a patch.
pub(super) struct Scratch<'a> {
    /// Groups of four tiles, or the rest of them: `[frequency][depth][tile]`.
    pub(super) v: &'a mut [Vector],
    /// `[frequency][depth][filter]` of two filters; before that, half a transform.
    pub(super) u: &'a mut [Vector],
    sums: &'a mut Sums,
    /// Six pixels of zeros.
    pub(super) zeros: &'a [u8],
    /// Rows of an unpooled patch, or the staged taps of a filter.
    pub(super) patch: &'a mut [u8],
    /// Vectors of channels of all blocks.
    pub(super) depth: usize,
}

/// What a group of tiles multiplies: input, weights, and where its sums go.
type Products<'s> = (&'s [Vector], &'s [Vector], &'s mut Sums);

const SUMS_WORDS: usize = size_of::<Sums>() / 4;
const VECTOR_WORDS: usize = LANES / 2;

/// Words for `tiles` tiles of `depth` vectors, pixels of zeros of `channels` channels, and a patch of `patch_bytes`.
pub(super) const fn words(depth: usize, tiles: usize, channels: usize, patch_bytes: usize) -> usize {
    (tiles + 2) * FREQUENCIES * depth * VECTOR_WORDS + SUMS_WORDS + (PATCH * channels + patch_bytes) / 4
}

/// Taps of packed channels that are staged at a time.
pub(super) type Staged = [[Vector; 9]; 2];

/// What a convolution needs: its depth, channels of its pixels of zeros, bytes of its patch.
pub(super) const fn of_convolution(layer: &EncoderLayer) -> (usize, usize, usize) {
    let channels = layer.input.channels;
    let depth = (blocks_a_side(layer.kernel).pow(2) * channels).div_ceil(LANES);
    if channels.is_multiple_of(LANES) { (depth, channels, 0) } else { (depth, 0, size_of::<Staged>()) }
}

/// Words of scratch that a convolution by Winograd needs with `tiles` tiles of 4x4 outputs a pass.
pub const fn vector_winograd_scratch_words(layer: &EncoderLayer, tiles: usize) -> usize {
    let (depth, channels, patch_bytes) = of_convolution(layer);
    words(depth, tiles, channels, patch_bytes)
}

impl<'a> Scratch<'a> {
    /// Cuts `memory` of at least [`words`] words.
    pub(super) fn new(
        depth: usize,
        tiles: usize,
        channels: usize,
        patch_bytes: usize,
        memory: &'a mut [u32],
    ) -> Option<Self> {
        let vectors = FREQUENCIES * depth * VECTOR_WORDS;
        let (v, memory) = memory.split_at_mut_checked(tiles * vectors)?;
        let (u, memory) = memory.split_at_mut_checked(2 * vectors)?;
        let (sums, memory) = memory.split_at_mut_checked(SUMS_WORDS)?;
        let (zeros, patch_memory) = memory.split_at_mut_checked(PATCH * channels / 4)?;
        zeros.fill(0);
        Some(Self {
            v: <[Vector]>::mut_from_bytes(v.as_mut_bytes()).ok()?,
            u: <[Vector]>::mut_from_bytes(u.as_mut_bytes()).ok()?,
            sums: Sums::mut_from_bytes(sums.as_mut_bytes()).ok()?,
            zeros: zeros.as_bytes(),
            patch: patch_memory.as_mut_bytes().get_mut(..patch_bytes)?,
            depth,
        })
    }

    /// The first vector of the group that starts with tile `tile` of the pass.
    pub(super) const fn group_start(&self, tile: usize) -> usize {
        tile * FREQUENCIES * self.depth
    }

    /// What the group of `width` tiles that starts with tile `tile` of the pass multiplies.
    pub(super) fn group(&mut self, tile: usize, width: usize) -> Option<Products<'_>> {
        let v = self.v.get(self.group_start(tile)..self.group_start(tile + width))?;
        Some((v, self.u, self.sums))
    }
}
