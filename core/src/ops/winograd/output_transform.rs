//! The outputs of a group of tiles, where they exist.

use crate::arch::products::FREQUENCIES;
use crate::arch::tile_outputs::{TILE, plain_outputs, pooled_outputs};
use crate::model::{ConvolutionArrays, EncoderLayer};

/// Outputs of the widest group along x: four tiles.
const WIDEST: usize = 4 * TILE;
/// Channels of a copy of outputs, of which the first two are made.
const COPIED_CHANNELS: usize = 4;

/// Which outputs a group of tiles gives.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The first of two filters.
    pub(super) filter: usize,
    /// The first tile of the row of tiles.
    pub(super) tile: usize,
}

/// Outputs of a group of tiles for two filters.
pub(super) fn tiles<const TILES: usize>(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    place: Place,
    sums: &[[[u32; 2]; TILES]; FREQUENCIES],
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    let multiplier = |filter: usize| arrays.multipliers.get(filter).map_or(0, |multiplier| multiplier.get());
    let multipliers = [multiplier(place.filter), multiplier(place.filter + 1)];
    let side = if layer.pool { TILE / 2 } else { TILE };
    let (channels, first, count) = (layer.output.channels, side * place.tile, side * TILES);
    let whole = first + count <= layer.output.width && out.len() == side;
    let start = first * channels + place.filter;
    let upper = place.filter % 4 == 2;
    if layer.pool {
        if let (true, [out_0, out_1], [switches_0, switches_1]) = (whole, &mut *out, &mut *switches) {
            let out = [from(out_0, start), from(out_1, start)];
            let switches = [from(switches_0, start / 4), from(switches_1, start / 4)];
            pooled_outputs(sums, multipliers, channels, out, switches, upper);
            return;
        }
        let mut values = [[0; WIDEST / 2 * COPIED_CHANNELS]; 2];
        let mut bytes = [[0; WIDEST / 2]; 2];
        let copies = values.each_mut().map(|row| row.as_mut_slice());
        let copied_switches = bytes.each_mut().map(|row| row.as_mut_slice());
        pooled_outputs(sums, multipliers, COPIED_CHANNELS, copies, copied_switches, upper);
        copy(layer, first..first + count, place.filter, &values, out);
        for (row, bytes) in switches.iter_mut().zip(&bytes) {
            let row = from(row, start / 4).chunks_mut((channels / 4).max(1)).take(count);
            for (byte, copied) in row.filter_map(|window| window.first_mut()).zip(bytes) {
                *byte = if upper { *byte | copied } else { *copied };
            }
        }
    } else {
        if let (true, [out_0, out_1, out_2, out_3]) = (whole, &mut *out) {
            let out = [from(out_0, start), from(out_1, start), from(out_2, start), from(out_3, start)];
            plain_outputs(sums, multipliers, channels, out);
            return;
        }
        let mut values = [[0; WIDEST * COPIED_CHANNELS]; TILE];
        plain_outputs(sums, multipliers, COPIED_CHANNELS, values.each_mut().map(|row| row.as_mut_slice()));
        copy(layer, first..first + count, place.filter, &values, out);
    }
}

/// The end of a row, empty where there is none.
fn from(row: &mut [u8], start: usize) -> &mut [u8] {
    row.get_mut(start..).unwrap_or(&mut [])
}

/// Copies the outputs of two filters that lie inside the map.
fn copy<const N: usize>(
    layer: &EncoderLayer,
    columns: core::ops::Range<usize>,
    filter: usize,
    values: &[[u8; N]],
    out: &mut [&mut [u8]],
) {
    for (row, values) in out.iter_mut().zip(values) {
        for (column, values) in columns.clone().zip(values.as_chunks::<COPIED_CHANNELS>().0) {
            let pair = row.get_mut(column * layer.output.channels + filter..).and_then(|row| row.first_chunk_mut());
            if let (Some(pair), [first, second, ..]) = (pair, values) {
                *pair = [*first, *second];
            }
        }
    }
}
