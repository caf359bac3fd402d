//! What lies where in the scratch of a call.

use super::{PATCH, TILE, blocks_a_side};
use crate::arch::products::FREQUENCIES;
use crate::model::EncoderLayer;

/// Sums of the widest group: four tiles of two outputs.
const SUMS: usize = FREQUENCIES * 8;
const SEEDS: usize = FREQUENCIES * 2;

/// Transformed input and weights, sums, and a copy of a patch that leaves the image.
pub(super) struct Scratch<'a> {
    /// Groups of tiles, each `[pair][frequency][tile]`.
    pub(super) v: &'a mut [u32],
    /// `[pair][frequency][output]`.
    pub(super) u: &'a mut [[[u32; 2]; FREQUENCIES]],
    pub(super) seeds: &'a mut [[u32; 2]; FREQUENCIES],
    sums: &'a mut [u32],
    /// `[row][column][channel]` of all blocks of a tile.
    pub(super) patch: &'a mut [u8],
    /// Pairs of channels of all blocks.
    pairs: usize,
}

/// What a group of tiles multiplies: input, weights, seeds, and where its sums go.
type Products<'s, const TILES: usize> = (
    &'s [[[u32; TILES]; FREQUENCIES]],
    &'s [[[u32; 2]; FREQUENCIES]],
    &'s [[u32; 2]; FREQUENCIES],
    &'s mut [[[u32; 2]; TILES]; FREQUENCIES],
);

const fn pairs(layer: &EncoderLayer) -> usize {
    let blocks = blocks_a_side(layer.kernel);
    blocks * blocks * layer.input.channels / 2
}

/// Rows and columns that a tile reads through all blocks.
pub(super) const fn patch_side(layer: &EncoderLayer) -> usize {
    TILE + layer.kernel - 1
}

pub(super) const fn words(layer: &EncoderLayer, tiles: usize) -> usize {
    let side = patch_side(layer);
    (tiles + 2) * FREQUENCIES * pairs(layer) + SEEDS + SUMS + side * side * layer.input.channels / 4
}

impl<'a> Scratch<'a> {
    /// Cuts `memory` of at least [`words`] words.
    pub(super) fn new(layer: &EncoderLayer, tiles: usize, memory: &'a mut [u32]) -> Option<Self> {
        const { assert!(PATCH * PATCH == FREQUENCIES) };
        let pairs = pairs(layer);
        let (v, memory) = memory.split_at_mut_checked(tiles * FREQUENCIES * pairs)?;
        let (u, memory) = memory.split_at_mut_checked(2 * FREQUENCIES * pairs)?;
        let (seeds, memory) = memory.split_at_mut_checked(SEEDS)?;
        let (sums, memory) = memory.split_at_mut_checked(SUMS)?;
        let side = patch_side(layer);
        let patch = memory.get_mut(..side * side * layer.input.channels / 4)?;
        Some(Self {
            v,
            u: u.as_chunks_mut().0.as_chunks_mut().0,
            seeds: seeds.as_chunks_mut().0.first_chunk_mut()?,
            sums,
            patch: zerocopy::IntoBytes::as_mut_bytes(patch),
            pairs,
        })
    }

    /// The transformed input of the group of `TILES` tiles that starts with tile `done` of the pass, and the copied patch.
    pub(super) fn group_and_patch<const TILES: usize>(
        &mut self,
        done: usize,
    ) -> (&mut [[[u32; TILES]; FREQUENCIES]], &[u8]) {
        let words = FREQUENCIES * self.pairs;
        let group = self.v.get_mut(done * words..(done + TILES) * words).unwrap_or(&mut []);
        (group.as_chunks_mut().0.as_chunks_mut().0, self.patch)
    }

    /// What the group of `TILES` tiles that starts with tile `done` of the pass multiplies.
    pub(super) fn products<const TILES: usize>(&mut self, done: usize) -> Option<Products<'_, TILES>> {
        let words = FREQUENCIES * self.pairs;
        let v = self.v.get(done * words..(done + TILES) * words)?.as_chunks().0.as_chunks().0;
        let sums = self.sums.as_chunks_mut().0.as_chunks_mut().0.first_chunk_mut()?;
        Some((v, self.u, self.seeds, sums))
    }
}
