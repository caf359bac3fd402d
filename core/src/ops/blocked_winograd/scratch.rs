//! What lies where in the scratch of a call.

use super::{Blocking, TILE};
use crate::arch::block_products::{FREQUENCIES, TILES};
use crate::model::EncoderLayer;
use crate::ops::winograd::blocks_a_side;

/// Words of the sums of a group of tiles for two filters.
const SUMS: usize = FREQUENCIES * TILES * 2;

/// Transformed input and weights of a part of the channels, sums, and a copy of a patch that leaves the image.
pub(super) struct Scratch<'a> {
    /// Groups of tiles, each `[pair][frequency][tile]`, [`Self::group_words`] apart.
    v: &'a mut [u32],
    /// `[pair][frequency][output]`.
    pub(super) u: &'a mut [[[u32; 2]; FREQUENCIES]],
    /// `[pair of filters][group]`, then `[frequency][tile][output]`.
    pub(super) sums: &'a mut [u32],
    /// `[row][column][channel]` of all blocks of a tile.
    pub(super) patch: &'a mut [u8],
    /// Words of the transformed input of a group.
    group_words: usize,
    /// Groups of tiles.
    groups: usize,
}

/// What is multiplied and added: input, weights, sums.
type Products<'s> =
    (&'s [[[u32; TILES]; FREQUENCIES]], &'s [[[u32; 2]; FREQUENCIES]], &'s mut [[[u32; 2]; TILES]; FREQUENCIES]);

/// Pairs of channels of all blocks.
const fn pairs(layer: &EncoderLayer, blocking: Blocking) -> usize {
    let blocks = blocks_a_side(layer.kernel);
    let channels = if blocking.channels < layer.input.channels { blocking.channels } else { layer.input.channels };
    blocks * blocks * channels / 2
}

/// Rows and columns that a tile reads through all blocks.
pub(super) const fn patch_sides(layer: &EncoderLayer) -> (usize, usize) {
    (TILE.0 + layer.kernel - 1, TILE.1 + layer.kernel - 1)
}

const fn patch_words(layer: &EncoderLayer, blocking: Blocking) -> usize {
    let (rows, columns) = patch_sides(layer);
    let channels = if blocking.channels < layer.input.channels { blocking.channels } else { layer.input.channels };
    rows * columns * channels / 4
}

const fn sums_words(layer: &EncoderLayer, blocking: Blocking) -> usize {
    let filters = if blocking.filters < layer.output.channels { blocking.filters } else { layer.output.channels };
    filters.div_ceil(2) * groups(layer, blocking) * SUMS
}

const fn groups(layer: &EncoderLayer, blocking: Blocking) -> usize {
    let all = layer.input.width.div_ceil(TILE.1);
    let tiles = if blocking.tiles < all { blocking.tiles } else { all };
    tiles.div_ceil(TILES)
}

pub(super) const fn words(layer: &EncoderLayer, blocking: Blocking) -> usize {
    let v = groups(layer, blocking) * TILES;
    (v + 2) * FREQUENCIES * pairs(layer, blocking) + sums_words(layer, blocking) + patch_words(layer, blocking)
}

impl<'a> Scratch<'a> {
    /// Cuts `memory` of at least [`words`] words.
    pub(super) fn new(layer: &EncoderLayer, blocking: Blocking, memory: &'a mut [u32]) -> Option<Self> {
        let (pairs, groups) = (pairs(layer, blocking), groups(layer, blocking));
        let group_words = TILES * FREQUENCIES * pairs;
        let (v, memory) = memory.split_at_mut_checked(groups * group_words)?;
        let (u, memory) = memory.split_at_mut_checked(2 * FREQUENCIES * pairs)?;
        let (sums, memory) = memory.split_at_mut_checked(sums_words(layer, blocking))?;
        let patch = memory.get_mut(..patch_words(layer, blocking))?;
        Some(Self {
            v,
            u: u.as_chunks_mut().0.as_chunks_mut().0,
            sums,
            patch: zerocopy::IntoBytes::as_mut_bytes(patch),
            group_words,
            groups,
        })
    }

    /// The transformed input of a group of tiles, and the copied patch.
    pub(super) fn group_and_patch(&mut self, group: usize) -> (&mut [[[u32; TILES]; FREQUENCIES]], &[u8]) {
        let words = self.group_words;
        let group = self.v.get_mut(group * words..(group + 1) * words).unwrap_or(&mut []);
        (group.as_chunks_mut().0.as_chunks_mut().0, self.patch)
    }

    fn sums_start(&self, index: usize, group: usize) -> usize {
        (index * self.groups + group) * SUMS
    }

    /// The sums of a group for the `index`-th pair of filters of the block.
    pub(super) fn sums(&self, index: usize, group: usize) -> Option<&[[[u32; 2]; TILES]; FREQUENCIES]> {
        let start = self.sums_start(index, group);
        self.sums.get(start..start + SUMS)?.as_chunks().0.as_chunks().0.first_chunk()
    }

    /// What a group multiplies for the `index`-th pair of filters, `pairs` pairs of channels, and where it is added.
    pub(super) fn products(&mut self, group: usize, index: usize, pairs: usize) -> Option<Products<'_>> {
        let start = self.sums_start(index, group);
        let v = self.v.get(group * self.group_words..(group + 1) * self.group_words)?.as_chunks().0.as_chunks().0;
        let sums = self.sums.get_mut(start..start + SUMS)?.as_chunks_mut().0.as_chunks_mut().0.first_chunk_mut()?;
        Some((v.get(..pairs)?, self.u.get(..pairs)?, sums))
    }
}
