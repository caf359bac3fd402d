//! Rule 3 by exact integer Winograd, F(4x4,3x3): four rows of a convolution at a time, the same bits as
//! [`super::convolution_row`] with a quarter of the multiplications.
//!
//! ```text
//! y = A^T [ sum over c of (G g G^T) . (B^T d B) ] A,   y[i][j] = scale[i] scale[j] acc[i][j],   scale = 24, 12, 6, 6
//! ```
//! All fractions are moved into A, so every number is an integer. `scale[i] scale[j]` is 9 times a power of two; with |acc| <
//! 2^25 ([`winograd_bound`]) both are removed exactly modulo 2^32, so sums in between may wrap. A larger kernel is cut into
//! blocks of at most 3x3 taps, which are no more than further channels of the same transform.

mod input_transform;
mod output_transform;
mod scratch;
mod weight_transform;

#[cfg(test)]
pub(super) mod tests;

pub(super) use crate::arch::portable::filter_transform::line as weight_line;
pub(super) use crate::arch::portable::patch_transform::line as input_line;
pub(super) use crate::arch::portable::tile_outputs::line as output_line;
use crate::arch::products::products;
use crate::arch::tile_outputs::TILE;
use crate::model::{ConvolutionArrays, EncoderLayer};
use output_transform::Place;
use scratch::{Factors, GroupFactors, Scratch};

/// Whether tiles are computed in groups of four and two, each with its own code, or one by one.
const GROUPS: bool = cfg!(feature = "fast");

/// Words of scratch that [`winograd_rows`] needs with `tiles` tiles of 4x4 outputs a pass.
pub const fn winograd_scratch_words(layer: &EncoderLayer, tiles: usize) -> usize {
    scratch::words(layer, tiles)
}

/// Whether the layer's shape suits [`winograd_rows`]: kernels of 3 or 5, channels and filters in fours.
pub const fn winograd_suits(layer: &EncoderLayer) -> bool {
    matches!(layer.kernel, 3 | 5) && layer.input.channels.is_multiple_of(4) && layer.output.channels.is_multiple_of(4)
}

/// The largest magnitude of an accumulator whose inputs are 0 to 255, one sign of weights at a time; below 2^25 for every
/// filter, [`winograd_rows`] is exact.
pub fn winograd_bound(filter: &[i8], bias: i32) -> i64 {
    let sum = |sign: i64| filter.iter().map(|&w| (sign * i64::from(w)).max(0)).sum::<i64>();
    255 * sum(1).max(sum(-1)) + i64::from(bias).abs()
}

/// Blocks of at most 3x3 taps along one side of the kernel: at least one, so that places are divided by it without a check.
pub(super) const fn blocks_a_side(kernel: usize) -> usize {
    if kernel > 3 { kernel.div_ceil(3) } else { 1 }
}

/// Row and column of a block, in the order of its channels: so every frequency's blocks stand side by side.
pub(super) const fn block_at(kernel: usize, index: usize) -> (usize, usize) {
    if kernel <= 3 {
        return (0, 0);
    }
    match index {
        0 => (1, 0),
        1 => (0, 0),
        2 => (0, 1),
        _ => (1, 1),
    }
}

/// Taps of a block along one side.
pub(super) const fn block_taps(kernel: usize, block: usize) -> usize {
    let left = kernel - 3 * block;
    if left < 3 { left } else { 3 }
}

/// Four rows of the convolution: two rows of output where the layer pools, else four; at the bottom those that exist.
///
/// - `window`: the `k + 3` input rows from `y - p` on (`y` the first convolution row), each `[width][channels]`, empty above
///   and below the image.
/// - `tiles`: tiles whose transformed input is kept at a time, at least 1; more of them share a transform of the weights.
/// - `scratch`: [`winograd_scratch_words`] words; it needs no particular contents.
/// - `out`: rows of `[output width][filters]`.
/// - `switches`: a packed row for each row of `out`, or empty ones.
pub fn winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[u8]],
    tiles: usize,
    scratch: &mut [u32],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    let Some(mut scratch) = Scratch::new(layer, tiles, scratch) else { return };
    let all = layer.input.width.div_ceil(TILE);
    let mut first = 0;
    while first < all {
        let count = tiles.max(1).min(all - first);
        input_transform::tiles(layer, window, first..first + count, &mut scratch);
        let Some(mut factors) = scratch.factors() else { return };
        let halves: &[Half] = if scratch::is_halved(layer, tiles) { &[Half::Even, Half::Odd] } else { &[Half::Both] };
        for filter in (0..layer.output.channels).step_by(2) {
            for &half in halves {
                weight_transform::filters(layer, arrays, filter, half, &mut factors);
                let mut done = 0;
                while done < count {
                    let step = Step { half, done, place: Place { filter, tile: first + done } };
                    done += match count - done {
                        4.. if GROUPS => group::<4>(layer, arrays, step, &mut factors, out, switches),
                        2 | 3 if GROUPS => group::<2>(layer, arrays, step, &mut factors, out, switches),
                        _ => group::<1>(layer, arrays, step, &mut factors, out, switches),
                    };
                }
            }
        }
        first += count;
    }
}

/// Which pairs of channels of every four are multiplied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    /// The first ones; sums begin.
    Even,
    /// The second ones, which complete the sums.
    Odd,
    Both,
}

/// What is multiplied of a pass at a time.
struct Step {
    half: Half,
    /// The first tile of the pass.
    done: usize,
    place: Place,
}

/// Products and, where that completes the sums, outputs of a group of tiles for two filters. Gives the number of tiles.
fn group<const TILES: usize>(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    step: Step,
    factors: &mut Factors<'_>,
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) -> usize {
    let Step { half, done, place } = step;
    let odd = half == Half::Odd;
    let Some(GroupFactors { v, u, seeds, sums }) = factors.group::<TILES>(done, odd) else { return TILES };
    products(layer.kernel, v, u, (!odd).then_some(seeds), sums);
    if half != Half::Even {
        output_transform::tiles(layer, arrays, place, sums, out, switches);
    }
    TILES
}
