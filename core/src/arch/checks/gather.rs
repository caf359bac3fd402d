//! The sparse deconvolution's innermost loop, as a whole: the same lists and weights, each packed by its own back end.

use super::Outcome;
use super::twins::{GUARD, Twins};
use crate::arch::portable::gather as portable;
use crate::arch::{gather as own, portable::gather::Cells};
use crate::model::Aligned;
use crate::random::Random;

/// The most filters: with what follows, low lanes stay below 2^23, as they do in every layer that is gathered.
const FILTERS: usize = 12;
/// The largest scale ratio.
const RATIO: usize = 4;
/// The largest bias.
const BIAS: i32 = 1 << 20;
/// Channels to a tap, at most.
const CHANNELS: usize = 16;
/// Words of a cell's header.
const HEADER: usize = 5;
const BLOCK: usize = portable::BLOCK_HEAD + 9 * portable::TAP_WORDS * FILTERS;

/// The list of a cell: header, then entries in the order of the switches 0, 1, 3, 2.
type List = [u32; HEADER + 2 * FILTERS];

/// What both back ends are given.
struct Input {
    cells: [List; 4],
    /// Packed by each.
    blocks: [[u32; BLOCK]; 2],
}

impl Input {
    fn new(random: &mut Random, has_multiplier: bool) -> Self {
        let filters = 4 * random.up_to(FILTERS / 4);
        let channels = random.of(&[8, CHANNELS]);
        // A parsed model's weights are on a word; the functions take any address.
        let first = if random.below(4) == 0 { random.below(4) } else { 8 * random.below(channels / 8) };
        let mut weights = Aligned([0; 9 * FILTERS * CHANNELS + 8]);
        random.fill_i8(&mut weights.0);
        let weights = &weights.0[first..first + (9 * filters - 1) * channels + 8];
        let bias = [(); 8].map(|()| random.signed(BIAS));
        let multiplier = if has_multiplier { random.multiplier() as u32 } else { 0 };
        let mut blocks = [[0; BLOCK]; 2];
        for (block, seeds) in blocks.iter_mut().zip([own::block_seeds(bias), portable::block_seeds(bias)]) {
            block[..portable::SEED_WORDS].copy_from_slice(&seeds);
            block[portable::SEED_WORDS] = multiplier;
        }
        let [found, expected] = &mut blocks;
        let packed = portable::BLOCK_HEAD..portable::BLOCK_HEAD + 9 * portable::TAP_WORDS * filters;
        own::pack_block(weights, channels, &mut found[packed.clone()]);
        portable::pack_block(weights, channels, &mut expected[packed]);
        Self { cells: core::array::from_fn(|_| list(random, filters)), blocks }
    }

    fn cells(&self) -> Cells<'_> {
        let [own, horizontal, vertical, diagonal] = &self.cells;
        Cells { own, horizontal, vertical, diagonal }
    }
}

/// A cell of `filters` values, none to all of them zero.
fn list(random: &mut Random, filters: usize) -> List {
    let mut values = [0; FILTERS];
    random.fill_u8(&mut values);
    let switches: [usize; FILTERS] = core::array::from_fn(|_| random.below(4));
    let ratio = random.up_to(RATIO) as u32;
    let mut list = [0; HEADER + 2 * FILTERS];
    let mut end = HEADER;
    for (index, (switch, offset)) in [(0, 0), (1, 16), (3, 64), (2, 48)].into_iter().enumerate() {
        list[index] = 4 * end as u32;
        for filter in (0..filters).filter(|&filter| values[filter] != 0 && switches[filter] == switch) {
            list[end] = (144 * filter + portable::OFFSET_BIAS - offset) as u32;
            list[end + 1] = u32::from(values[filter]) * ratio;
            end += 2;
        }
    }
    list[HEADER - 1] = 4 * end as u32;
    list
}

pub(super) fn pixel(random: &mut Random) -> Outcome {
    let input = Input::new(random, true);
    let (cells, [block, portable_block]) = (input.cells(), &input.blocks);
    let mut out = Twins::<u8, { 8 + 3 + 2 * GUARD }>::new(random);
    let [found, expected] = out.outputs(random.below(4), 8).map(|out| out.first_chunk_mut().expect("eight channels"));
    match random.below(4) {
        0 => {
            own::gather_pixel::<0, 0>(cells, block, found);
            portable::gather_pixel::<0, 0>(cells, portable_block, expected);
        }
        1 => {
            own::gather_pixel::<0, 1>(cells, block, found);
            portable::gather_pixel::<0, 1>(cells, portable_block, expected);
        }
        2 => {
            own::gather_pixel::<1, 0>(cells, block, found);
            portable::gather_pixel::<1, 0>(cells, portable_block, expected);
        }
        _ => {
            own::gather_pixel::<1, 1>(cells, block, found);
            portable::gather_pixel::<1, 1>(cells, portable_block, expected);
        }
    }
    out.compare()
}

pub(super) fn sums(random: &mut Random) -> Outcome {
    let input = Input::new(random, false);
    let (cells, [block, portable_block]) = (input.cells(), &input.blocks);
    let mut out = Twins::<i32, { 8 + 2 * GUARD }>::new(random);
    let [found, expected] = out.outputs(0, 8).map(|out| out.first_chunk_mut().expect("eight channels"));
    match random.below(4) {
        0 => {
            own::gather_sums::<0, 0>(cells, block, found);
            portable::gather_sums::<0, 0>(cells, portable_block, expected);
        }
        1 => {
            own::gather_sums::<0, 1>(cells, block, found);
            portable::gather_sums::<0, 1>(cells, portable_block, expected);
        }
        2 => {
            own::gather_sums::<1, 0>(cells, block, found);
            portable::gather_sums::<1, 0>(cells, portable_block, expected);
        }
        _ => {
            own::gather_sums::<1, 1>(cells, block, found);
            portable::gather_sums::<1, 1>(cells, portable_block, expected);
        }
    }
    out.compare()
}
