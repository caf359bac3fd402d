//! The steps of `ops/vector_winograd`: Winograd's F(4x4,3x3) by vectors of eight channels.
//!
//! All sums wrap. A frequency `(r, c)` of the 6x6 is number `6 * r + c`.

use super::lanes::requantize_u8;

/// Eight channels, or the same frequency of eight channels.
pub type Vector = [i16; 8];

/// Frequencies of F(4x4,3x3).
pub const FREQUENCIES: usize = 36;

/// `[frequency][filter][tile]`: the sums of two filters and up to four tiles.
pub type Sums = [[[i32; 4]; 2]; FREQUENCIES];

/// Where the transformed vectors of a tile or a filter go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first group of channels at frequency 0.
    pub first: usize,
    /// Vectors from a frequency to the next one.
    pub stride: usize,
    /// Vectors from a group of channels to the next one.
    pub step: usize,
}

impl Place {
    fn put(&self, vectors: &mut [Vector], group: usize, lane: usize, lines: [[i16; 6]; 6]) {
        for (f, value) in lines.as_flattened().iter().enumerate() {
            let vector = vectors.get_mut(self.first + f * self.stride + group * self.step);
            if let Some(element) = vector.and_then(|vector| vector.get_mut(lane)) {
                *element = *value;
            }
        }
    }
}

/// B^T d along the columns of six rows, eight elements at a time: `half[i][k]` is line `k` of elements `8 i` and on.
pub fn input_columns(rows: [&[u8]; 6], half: &mut [[Vector; 6]]) {
    for (i, lines) in half.iter_mut().enumerate() {
        for lane in 0..8 {
            let d = rows.map(|row| row.get(8 * i + lane).map_or(0, |&value| i16::from(value)));
            for (line, value) in lines.iter_mut().zip(input_line(d)) {
                if let Some(element) = line.get_mut(lane) {
                    *element = value;
                }
            }
        }
    }
}

/// The other half of B^T d B.
///
/// - `half`: six columns of `groups` groups of channels, from [`input_columns`].
pub fn input_rows(half: &[[Vector; 6]], groups: usize, place: Place, v: &mut [Vector]) {
    for group in 0..groups {
        for lane in 0..8 {
            let lines = core::array::from_fn(|r| {
                let d = core::array::from_fn(|c| {
                    let lines = half.get(c * groups + group);
                    lines.and_then(|lines| lines.get(r)?.get(lane)).copied().unwrap_or(0)
                });
                input_line(d)
            });
            place.put(v, group, lane, lines);
        }
    }
}

/// B^T d of six values.
const fn input_line(d: [i16; 6]) -> [i16; 6] {
    const fn sum(a: i16, b: i16, factor: i16) -> i16 {
        a.wrapping_add(b.wrapping_mul(factor))
    }
    let [d0, d1, d2, d3, d4, d5] = d;
    let (c, e) = (sum(d4, d2, -1), sum(d3, d1, -1));
    let (a, b) = (sum(d4, d2, -4), sum(d3, d1, -4));
    [sum(c, sum(d0, d2, -1), 4), sum(a, b, 1), sum(a, b, -1), sum(c, e, 2), sum(c, e, -2), sum(sum(d5, d3, -1), e, -4)]
}

/// G g G^T of a filter of `columns` taps in each of three rows, and of zeros where there is no third column.
///
/// - `rows`: `[tap][channels]` each, `channels` a multiple of eight.
/// - `zeros`: `channels` zeros.
pub fn weights(rows: [&[i8]; 3], columns: usize, zeros: &[i8], channels: usize, place: Place, u: &mut [Vector]) {
    for group in 0..channels / 8 {
        for lane in 0..8 {
            let tap = |tap: usize| {
                let (row, start) =
                    if tap % 3 < columns { (rows.get(tap / 3).copied(), tap % 3 * channels) } else { (Some(zeros), 0) };
                row.and_then(|row| row.get(start + 8 * group + lane)).map_or(0, |&w| i16::from(w))
            };
            place.put(u, group, lane, weight_lines(tap));
        }
    }
}

/// G g G^T of staged taps, eight channels each.
pub fn staged_weights(staged: &[[Vector; 9]], place: Place, u: &mut [Vector]) {
    for (group, taps) in staged.iter().enumerate() {
        for lane in 0..8 {
            let tap = |tap: usize| taps.get(tap).and_then(|tap| tap.get(lane)).copied().unwrap_or(0);
            place.put(u, group, lane, weight_lines(tap));
        }
    }
}

fn weight_lines(tap: impl Fn(usize) -> i16) -> [[i16; 6]; 6] {
    let columns: [[i16; 6]; 3] = core::array::from_fn(|c| weight_line([tap(c), tap(3 + c), tap(6 + c)]));
    let [a, b, c] = columns;
    core::array::from_fn(|r| {
        let at = |line: [i16; 6]| line.get(r).copied().unwrap_or(0);
        weight_line([at(a), at(b), at(c)])
    })
}

/// G g of three taps.
const fn weight_line([a, b, c]: [i16; 3]) -> [i16; 6] {
    let (near, far) = (a.wrapping_add(c), a.wrapping_add(c.wrapping_mul(4)));
    let twice = b.wrapping_add(b);
    [a, near.wrapping_add(b), near.wrapping_sub(b), far.wrapping_add(twice), far.wrapping_sub(twice), c]
}

/// For every frequency, filter and tile the sum over `depth` vectors of channels.
///
/// - `v`: `[frequency][depth][tile]`; `u`: `[frequency][depth][filter]`.
pub fn products<const TILES: usize>(v: &[Vector], u: &[Vector], depth: usize, sums: &mut Sums) {
    let (v, u) = (v.as_chunks::<TILES>().0, u.as_chunks::<2>().0);
    let frequencies = v.chunks_exact(depth.max(1)).zip(u.chunks_exact(depth.max(1)));
    for (sums, (v, u)) in sums.iter_mut().zip(frequencies) {
        for (filter, sums) in sums.iter_mut().enumerate() {
            for (tile, sum) in sums.iter_mut().enumerate() {
                let vectors = v.iter().zip(u).filter_map(|(v, u)| Some((v.get(tile)?, u.get(filter)?)));
                *sum = vectors.fold(0, |sum, (v, u)| {
                    let products = v.iter().zip(u).map(|(&v, &u)| i32::from(v) * i32::from(u));
                    products.fold(sum, i32::wrapping_add)
                });
            }
        }
    }
}

/// Where the outputs of a group of tiles and of two filters go, and what they are requantized with.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub biases: [i32; 2],
    pub multipliers: [i32; 2],
    /// Index in a row of the group's first output of the first filter, which is an even one.
    pub element: usize,
    /// Bytes from pixel to pixel of the output: how many filters there are.
    pub pitch: usize,
    /// Pixels of the output from the first one of the group to the end of the row.
    pub width: usize,
}

impl Target {
    /// How many of `tiles` tiles have the output in column `x` of `columns`.
    pub const fn tiles_with(&self, x: usize, columns: usize, tiles: usize) -> usize {
        let count = (self.width + columns - 1).saturating_sub(x) / columns;
        if count < tiles { count } else { tiles }
    }
}

/// Requantized maxima and switches of the four windows of each of `tiles` tiles, where accumulators are below 2^25.
///
/// - `out`: one or two rows.
/// - `switches`: as many packed rows, with zeros where these outputs' go; or empty ones.
pub fn windows(sums: &mut Sums, target: &Target, tiles: usize, out: &mut [&mut [u8]], switches: &mut [&mut [u8]]) {
    for (filter, tile) in (0..2).flat_map(|filter| (0..tiles).map(move |tile| (filter, tile))) {
        let rows = outputs_of(sums, target, filter, tile);
        for ((y, rows), out) in rows.as_chunks::<2>().0.iter().enumerate().zip(out.iter_mut()) {
            for x in (0..2).filter(|&x| tile < target.tiles_with(x, 2, tiles)) {
                let codes = rows.iter().flat_map(|row| row.get(2 * x..2 * x + 2).unwrap_or(&[])).zip(0..4);
                let code = codes.map(|(&acc, i)| acc.wrapping_mul(4).wrapping_add(3 - i)).max().unwrap_or(0);
                let element = target.element + (2 * tile + x) * target.pitch + filter;
                if let Some(value) = out.get_mut(element) {
                    *value = requantize_u8(code >> 2, target.multipliers.get(filter).copied().unwrap_or(0));
                }
                if let Some(byte) = switches.get_mut(y).and_then(|row| row.get_mut(element / 4)) {
                    *byte |= ((!code & 3) << (2 * (element % 4))) as u8;
                }
            }
        }
    }
}

/// Requantized outputs of `tiles` tiles without a pool, where accumulators are below 2^25.
///
/// - `out`: up to four rows.
pub fn outputs(sums: &mut Sums, target: &Target, tiles: usize, out: &mut [&mut [u8]]) {
    for (filter, tile) in (0..2).flat_map(|filter| (0..tiles).map(move |tile| (filter, tile))) {
        for (row, out) in outputs_of(sums, target, filter, tile).into_iter().zip(out.iter_mut()) {
            for (x, acc) in row.into_iter().enumerate().filter(|&(x, _)| tile < target.tiles_with(x, 4, tiles)) {
                if let Some(value) = out.get_mut(target.element + (4 * tile + x) * target.pitch + filter) {
                    *value = requantize_u8(acc, target.multipliers.get(filter).copied().unwrap_or(0));
                }
            }
        }
    }
}

/// The sixteen accumulators of a tile.
fn outputs_of(sums: &Sums, target: &Target, filter: usize, tile: usize) -> [[i32; 4]; 4] {
    let sum = |f: usize| {
        let sums = sums.get(f).and_then(|sums| sums.get(filter)?.get(tile));
        sums.copied().unwrap_or(0)
    };
    let bias = target.biases.get(filter).copied().unwrap_or(0);
    let columns: [[i32; 4]; 6] = core::array::from_fn(|c| output_line(core::array::from_fn(|r| sum(6 * r + c))));
    core::array::from_fn(|r| {
        let row = output_line(columns.map(|column| column.get(r).copied().unwrap_or(0)));
        let bits = |i: usize| [3, 2, 1, 1].get(i).copied().unwrap_or(0);
        // 9 * 2^(bits of both) times the accumulator without its bias.
        core::array::from_fn(|x| {
            let product = row.get(x).map_or(0, |value| value.wrapping_mul(0x38e3_8e39));
            (product >> (bits(r) + bits(x))).wrapping_add(bias)
        })
    })
}

/// A^T m of six sums.
const fn output_line([m0, m1, m2, m3, m4, m5]: [i32; 6]) -> [i32; 4] {
    let (s, d) = (m1.wrapping_add(m2), m1.wrapping_sub(m2));
    let (far_s, far_d) = (m3.wrapping_add(m4), m3.wrapping_sub(m4));
    [
        far_s.wrapping_sub(s << 2).wrapping_add(m0.wrapping_mul(6)),
        far_d.wrapping_sub(d << 1),
        far_s.wrapping_sub(s),
        (far_d << 1).wrapping_sub(d).wrapping_add(m5.wrapping_mul(6)),
    ]
}

/// One row of the windows that the cells of a pooled map stand for, two pixels each: a value where its switch says, else 0.
///
/// - `values`: `[cell][channels]`, `channels` a multiple of four; `switches`: packed likewise.
/// - `y`: 0 or 1, the row of the windows.
/// - `out`: `[pixel][channels]`.
pub fn unpool(values: &[u8], switches: &[u8], channels: usize, y: u8, out: &mut [u8]) {
    let cells = values.chunks_exact(channels.max(1)).zip(switches.chunks_exact((channels / 4).max(1)));
    for ((values, switches), pixels) in cells.zip(out.chunks_exact_mut((2 * channels).max(1))) {
        for (x, pixel) in (0..2).zip(pixels.chunks_exact_mut(channels.max(1))) {
            for (i, (out, &value)) in pixel.iter_mut().zip(values).enumerate() {
                let switch = switches.get(i / 4).map_or(0, |byte| byte >> (2 * (i % 4)) & 3);
                *out = if switch == 2 * y + x { value } else { 0 };
            }
        }
    }
}

/// Copies pixels of `channels` bytes to places `pitch` bytes apart, as many as `from` has and `to` takes.
pub fn pack(from: &[u8], channels: usize, pitch: usize, to: &mut [u8]) {
    for (from, to) in from.chunks_exact(channels.max(1)).zip(to.chunks_mut(pitch.max(1))) {
        let Some(to) = to.get_mut(..channels) else { return };
        to.copy_from_slice(from);
    }
}

/// Zeros.
pub fn clear(bytes: &mut [u8]) {
    bytes.fill(0);
}

/// Where the taps of a block lie.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Bytes from tap to tap.
    pub tap: usize,
    /// Bytes from row to row of taps.
    pub row: usize,
    /// Rows that there are: 0 to 3.
    pub rows: usize,
    /// Taps of a row that there are: 2 or 3.
    pub columns: usize,
}

/// Stages four channels of a block of taps in one half of the lanes, zeros where it has no taps.
///
/// - `taps`: from the first tap's first of these channels on.
pub fn stage_quad(taps: &[i8], block: Block, staged: &mut [Vector; 9], half: usize) {
    for (tap, vector) in staged.iter_mut().enumerate() {
        let (y, x) = (tap / 3, tap % 3);
        let weights = taps.get(y * block.row + x * block.tap..).and_then(|taps| taps.first_chunk::<4>());
        let weights = weights.filter(|_| y < block.rows && x < block.columns);
        if let Some(lanes) = vector.as_chunks_mut::<4>().0.get_mut(half) {
            *lanes = weights.map_or([0; 4], |weights| weights.map(i16::from));
        }
    }
}

/// Stages the nine taps of output `channel` of a tied deconvolution, turned around and times m, eight filters at a time.
///
/// - `weights`: `[filter][tap][channel]`; `ratios`: m, one a filter, at most 5.
pub fn stage_transposed(weights: &[i8], channels: usize, channel: usize, ratios: &[u8], staged: &mut [[Vector; 9]]) {
    for (group, taps) in staged.iter_mut().enumerate() {
        for (tap, vector) in taps.iter_mut().enumerate() {
            for (lane, value) in vector.iter_mut().enumerate() {
                let filter = 8 * group + lane;
                let weight = weights.get((9 * filter + 8 - tap) * channels + channel).map_or(0, |&w| i16::from(w));
                *value = weight.wrapping_mul(ratios.get(filter).map_or(0, |&m| i16::from(m)));
            }
        }
    }
}
