//! What lies where in the scratch of a call.

use crate::arch::blocks::{BLANK, CUT_PLACES, places};
use crate::arch::products::FREQUENCIES;
use crate::arch::tile_outputs::{NUMBERING, TILE};
use crate::model::EncoderLayer;

/// Tiles of the widest group.
const WIDEST: usize = 4;
/// Sums of one tile for two outputs.
const TILE_SUMS: usize = FREQUENCIES * 2;
const SUMS: usize = WIDEST * TILE_SUMS;
const SEEDS: usize = FREQUENCIES * 2;

/// The transformed input of a pass, and behind it what is made from a copied patch, then what is multiplied and summed.
pub(super) struct Scratch<'a> {
    v: &'a mut [u32],
    rest: &'a mut [u32],
    /// Words of transformed input a tile.
    tile: usize,
    patch: usize,
    u: usize,
}

/// What a pass multiplies.
pub(super) struct Factors<'a> {
    v: &'a [u32],
    /// Of both halves of the channels, or of one at a time: for every four channels `[place][output]`.
    pub(super) u: &'a mut [[u32; 2]],
    pub(super) seeds: &'a mut [[u32; 2]; FREQUENCIES],
    sums: &'a mut [u32],
    tile: usize,
}

/// What a group of tiles multiplies, and where its sums go.
pub(super) struct GroupFactors<'a, const TILES: usize> {
    /// `[place][tile]`, as far as there are weights.
    pub(super) v: &'a [[u32; TILES]],
    pub(super) u: &'a [[u32; 2]],
    pub(super) seeds: &'a [[u32; 2]; FREQUENCIES],
    pub(super) sums: &'a mut [[[u32; 2]; TILES]; FREQUENCIES],
}

/// Places of all pairs of channels.
const fn all_places(layer: &EncoderLayer) -> usize {
    places(layer.kernel) * layer.input.channels / 2
}

/// Whether weights are transformed for the even pairs of channels, multiplied, and then the same for the odd ones: where few
/// tiles share them, they would take much of the room.
pub(super) const fn is_halved(layer: &EncoderLayer, tiles: usize) -> bool {
    tiles <= WIDEST && 2 * all_places(layer) > 4 * SUMS
}

/// Rows and columns that a tile reads through all blocks.
pub(super) const fn patch_side(layer: &EncoderLayer) -> usize {
    TILE + layer.kernel - 1
}

const fn patch_words(layer: &EncoderLayer) -> usize {
    patch_side(layer) * patch_side(layer) * layer.input.channels / 4
}

const fn weight_words(layer: &EncoderLayer, tiles: usize) -> usize {
    if is_halved(layer, tiles) { all_places(layer) } else { 2 * all_places(layer) }
}

pub(super) const fn words(layer: &EncoderLayer, tiles: usize) -> usize {
    // A patch lies where weights come later: 36 or 64 words of it for four channels, 72 or more of their weights.
    tiles * all_places(layer) + weight_words(layer, tiles) + SEEDS + SUMS
}

impl<'a> Scratch<'a> {
    /// Cuts `memory` of at least [`words`] words.
    pub(super) fn new(layer: &EncoderLayer, tiles: usize, memory: &'a mut [u32]) -> Option<Self> {
        let (v, rest) = memory.split_at_mut_checked(tiles * all_places(layer))?;
        Some(Self { v, rest, tile: all_places(layer), patch: patch_words(layer), u: weight_words(layer, tiles) })
    }

    /// The bytes that a patch is copied to, `[row][column][channel]` of all blocks of a tile.
    pub(super) fn patch(&mut self) -> &mut [u8] {
        zerocopy::IntoBytes::as_mut_bytes(self.rest.get_mut(..self.patch).unwrap_or(&mut []))
    }

    /// The transformed input, of even and of odd pairs of channels, of the group of `TILES` tiles that starts with tile `done`
    /// of the pass, and the copied patch.
    pub(super) fn group_and_patch<const TILES: usize>(&mut self, done: usize) -> ([&mut [[u32; TILES]]; 2], &[u8]) {
        let group = self.v.get_mut(done * self.tile..(done + TILES) * self.tile).unwrap_or(&mut []);
        let (even, odd) = group.as_chunks_mut().0.split_at_mut_checked(self.tile / 2).unwrap_or_default();
        let patch = self.rest.get(..self.patch).unwrap_or(&[]);
        ([even, odd], zerocopy::IntoBytes::as_bytes(patch))
    }

    /// What the pass multiplies, with the constants among weights and seeds.
    pub(super) fn factors(&mut self) -> Option<Factors<'_>> {
        let (u, rest) = self.rest.split_at_mut_checked(self.u)?;
        let (seeds, rest) = rest.split_at_mut_checked(SEEDS)?;
        let u = u.as_chunks_mut().0;
        let seeds: &mut [[u32; 2]; FREQUENCIES] = seeds.as_chunks_mut().0.first_chunk_mut()?;
        *seeds = [[0; 2]; FREQUENCIES];
        for (f, value) in NUMBERING {
            if let Some(seeds) = seeds.get_mut(f) {
                *seeds = [value; 2];
            }
        }
        if u.len().is_multiple_of(CUT_PLACES) {
            u.iter_mut().skip(BLANK).step_by(CUT_PLACES).for_each(|blank| *blank = [0; 2]);
        }
        Some(Factors { v: self.v, u, seeds, sums: rest.get_mut(..SUMS)?, tile: self.tile })
    }
}

impl Factors<'_> {
    /// What the group of `TILES` tiles multiplies that starts with tile `done` of the pass.
    pub(super) fn group<const TILES: usize>(&mut self, done: usize, odd: bool) -> Option<GroupFactors<'_, TILES>> {
        let v = self.v.get(done * self.tile..(done + TILES) * self.tile)?.as_chunks().0;
        let v = v.get(if odd { self.u.len() } else { 0 }..)?.get(..self.u.len())?;
        // Groups of a pass that has but four tiles keep their sums beside each other.
        let first = done % WIDEST * TILE_SUMS;
        let sums = self.sums.get_mut(first..)?.as_chunks_mut().0.as_chunks_mut().0.first_chunk_mut()?;
        Some(GroupFactors { v, u: self.u, seeds: self.seeds, sums })
    }
}
