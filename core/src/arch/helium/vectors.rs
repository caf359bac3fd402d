//! [`crate::arch::portable::vectors`] in assembly: a file of it for each step.

use core::arch::global_asm;

pub(crate) use crate::arch::portable::vectors::{Block, FREQUENCIES, Place, Sums, Target, Vector};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("input.s"), options(raw));
global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("weights.s"), options(raw));
global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("products.s"), options(raw));
global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("outputs.s"), options(raw));
global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("staging.s"), options(raw));

const VECTOR_BYTES: usize = size_of::<Vector>();

/// How the assembly goes from vector to vector of a [`Place`].
#[repr(C)]
struct Steps {
    stride: usize,
    /// From behind the last frequency of a group to the first one of the next group, modulo 2^32.
    back: usize,
    groups: usize,
}

impl Steps {
    const fn new(place: Place, groups: usize) -> Self {
        let stride = VECTOR_BYTES * place.stride;
        let back = (VECTOR_BYTES * place.step).wrapping_sub(FREQUENCIES * stride);
        Self { stride, back, groups }
    }
}

/// Vectors up to the last one that `groups` groups have at `place`, included.
const fn end(place: Place, groups: usize) -> usize {
    place.first + (FREQUENCIES - 1) * place.stride + groups.saturating_sub(1) * place.step + 1
}

/// What the products are told.
#[repr(C)]
struct Products {
    sums: *mut Sums,
    frequencies: usize,
    /// Rounds of [`STEPS`] steps behind the first step, less one.
    further_rounds: usize,
    /// Steps left out of the first round.
    skipped: usize,
}

/// Steps that the assembly does a round.
const STEPS: usize = 16;

/// What the outputs are told.
#[repr(C)]
struct Outputs {
    /// What the bias adds at frequency (1, 1).
    seed: i32,
    multiplier: i32,
    rows: [*mut u8; 4],
    /// Bytes from tile to tile, from pixel to pixel.
    tile: usize,
    pixel: usize,
    /// Tiles that have each column.
    counts: [usize; 4],
    /// Where a filter's switches stand in their byte.
    shift: usize,
    /// Rows of outputs.
    count: usize,
}

unsafe extern "C" {
    fn switchback_input_columns(rows: *const [*const u8; 6], half: *mut [Vector; 6], chunks: usize);
    fn switchback_input_rows(half: *const [Vector; 6], column_bytes: usize, v: *mut Vector, steps: *const Steps);
    fn switchback_weights(taps: *const [*const i8; 9], unused: usize, u: *mut Vector, steps: *const Steps);
    fn switchback_staged_weights(staged: *const [Vector; 9], unused: usize, u: *mut Vector, steps: *const Steps);
    fn switchback_vector_products_4(job: *const Products, v: *const Vector, unused: usize, u: *const Vector);
    fn switchback_vector_products_3(job: *const Products, v: *const Vector, unused: usize, u: *const Vector);
    fn switchback_vector_products_2(job: *const Products, v: *const Vector, unused: usize, u: *const Vector);
    fn switchback_vector_products_1(job: *const Products, v: *const Vector, unused: usize, u: *const Vector);
    fn switchback_windows(job: *const Outputs, sums: *mut [i32; 4]);
    fn switchback_outputs(job: *const Outputs, sums: *mut [i32; 4]);
    fn switchback_unpool(values: *const u8, switches: *const u8, out: *mut u8, job: *const [usize; 3]);
    fn switchback_pack(from: *const u8, to: *mut u8, pixel: usize, to_pitch: usize, pixels: usize);
    fn switchback_clear(bytes: *mut u8, count: usize);
    fn switchback_stage_quad(
        taps: *const i8,
        staged: *mut i16,
        tap_bytes: usize,
        row_bytes: usize,
        rows: usize,
        columns: usize,
    );
    fn switchback_stage_transposed(
        last_tap: *const i8,
        tap_bytes: usize,
        staged: *mut [Vector; 9],
        ratios: *const u8,
        groups: usize,
    );
}

/// B^T d along the columns of six rows.
pub(crate) fn input_columns(rows: [&[u8]; 6], half: &mut [[Vector; 6]]) {
    if half.is_empty() || rows.iter().any(|row| row.len() < 8 * half.len()) {
        return;
    }
    let rows = rows.map(<[u8]>::as_ptr);
    // SAFETY: it reads 8 bytes of each row and writes 6 vectors of `half` for each element of `half`; the rows are long enough.
    unsafe { switchback_input_columns(&raw const rows, half.as_mut_ptr(), half.len()) }
}

/// The other half of B^T d B.
pub(crate) fn input_rows(half: &[[Vector; 6]], groups: usize, place: Place, v: &mut [Vector]) {
    if groups == 0 || half.len() < 6 * groups || v.len() < end(place, groups) {
        return;
    }
    let steps = Steps::new(place, groups);
    let column = groups * size_of::<[Vector; 6]>();
    // SAFETY: it reads six columns of `groups` elements of `half`, and writes the vectors that `place` counts up to its end.
    unsafe { switchback_input_rows(half.as_ptr(), column, v.as_mut_ptr().add(place.first), &raw const steps) }
}

/// G g G^T of a filter of `columns` taps in each of three rows.
pub(crate) fn weights(rows: [&[i8]; 3], columns: usize, zeros: &[i8], channels: usize, place: Place, u: &mut [Vector]) {
    let groups = channels / 8;
    let fits = zeros.len() >= channels && rows.iter().all(|row| row.len() >= columns.min(3) * channels);
    if groups == 0 || !fits || u.len() < end(place, groups) {
        return;
    }
    let tap = |row: &[i8], c: usize| if c < columns { row.as_ptr().wrapping_add(c * channels) } else { zeros.as_ptr() };
    let taps = rows.map(|row| [tap(row, 0), tap(row, 1), tap(row, 2)]);
    let steps = Steps::new(place, groups);
    // SAFETY: it reads `8 * groups` bytes of each of nine taps, which lie in the rows or are the zeros, and writes the vectors that
    // `place` counts up to its end.
    unsafe { switchback_weights(taps.as_ptr().cast(), 0, u.as_mut_ptr().add(place.first), &raw const steps) }
}

/// G g G^T of staged taps.
pub(crate) fn staged_weights(staged: &[[Vector; 9]], place: Place, u: &mut [Vector]) {
    let groups = staged.len();
    if groups == 0 || u.len() < end(place, groups) {
        return;
    }
    let steps = Steps::new(place, groups);
    // SAFETY: it reads `staged`, and writes the vectors that `place` counts up to its end.
    unsafe { switchback_staged_weights(staged.as_ptr(), 0, u.as_mut_ptr().add(place.first), &raw const steps) }
}

/// For every frequency, filter and tile the sum over `depth` vectors of channels. Sums of further tiles end undefined.
pub(crate) fn products<const TILES: usize>(v: &[Vector], u: &[Vector], depth: usize, sums: &mut Sums) {
    const { assert!(TILES >= 1 && TILES <= 4) };
    if depth == 0 || v.len() < FREQUENCIES * depth * TILES || u.len() < FREQUENCIES * depth * 2 {
        return;
    }
    let further = depth - 1;
    let rounds = further.div_ceil(STEPS).max(1);
    let job =
        Products { sums, frequencies: FREQUENCIES, further_rounds: rounds - 1, skipped: rounds * STEPS - further };
    // SAFETY: it reads `depth * TILES` vectors of `v` and `depth * 2` of `u` for each frequency, one after the other, and writes
    // all of `sums`.
    unsafe {
        match TILES {
            4 => switchback_vector_products_4(&raw const job, v.as_ptr(), 0, u.as_ptr()),
            3 => switchback_vector_products_3(&raw const job, v.as_ptr(), 0, u.as_ptr()),
            2 => switchback_vector_products_2(&raw const job, v.as_ptr(), 0, u.as_ptr()),
            _ => switchback_vector_products_1(&raw const job, v.as_ptr(), 0, u.as_ptr()),
        }
    }
}

/// The bytes of a row from its first output of a group on, if they reach to the last one of `counts` tiles for each of the
/// columns.
fn last_output<const COLUMNS: usize>(target: &Target, counts: [usize; COLUMNS]) -> Option<usize> {
    let pixels = counts.iter().enumerate().filter_map(|(x, count)| Some(COLUMNS * count.checked_sub(1)? + x));
    Some(target.element + pixels.max()? * target.pitch + 1)
}

/// Requantized maxima and switches of the windows of a group of tiles, of two filters.
pub(crate) fn windows(
    sums: &mut Sums,
    target: &Target,
    tiles: usize,
    out: &mut [&mut [u8]],
    switches: &mut [&mut [u8]],
) {
    let counts = [0, 1].map(|x| target.tiles_with(x, 2, tiles.min(4)));
    let Some(last) = last_output(target, counts) else { return };
    let row = |rows: &[&mut [u8]], y: usize, last: usize| rows.get(y).is_some_and(|row| row.len() > last);
    if !row(out, 0, last) || !(out.len() == 1 || row(out, 1, last)) {
        return;
    }
    let listens = row(switches, 0, last / 4) && (out.len() == 1 || row(switches, 1, last / 4));
    let [c0, c1] = counts;
    let [s0, s1] = if listens { counts } else { [0; 2] };
    let start = |rows: &mut [&mut [u8]], y: usize, index: usize| {
        rows.get_mut(y).map_or(core::ptr::null_mut(), |row| row.as_mut_ptr().wrapping_add(index))
    };
    let (element, byte) = (target.element, target.element / 4);
    let rows = [start(out, 0, element), start(out, 1, element), start(switches, 0, byte), start(switches, 1, byte)];
    let mut job = Outputs {
        seed: 0,
        multiplier: 0,
        rows,
        tile: 2 * target.pitch,
        pixel: target.pitch,
        counts: [c0, c1, s0, s1],
        shift: 2 * (element % 4),
        count: out.len(),
    };
    let sums: *mut [i32; 4] = sums.as_mut_ptr().cast();
    for (filter, (bias, multiplier)) in target.biases.into_iter().zip(target.multipliers).enumerate() {
        (job.seed, job.multiplier) = (bias.wrapping_mul(36), multiplier);
        // SAFETY: it reads the filter's sums at every frequency and writes one of them; its stores are the bytes of the counted
        // pixels, the last of which lies inside each row, and of their switches, which are in the same byte for both filters. A
        // row of switches that is too short has no counted pixel.
        unsafe { switchback_windows(&raw const job, sums.wrapping_add(filter)) }
        let [out0, out1, ..] = &mut job.rows;
        (*out0, *out1) = (out0.wrapping_add(1), out1.wrapping_add(1));
        job.shift += 2;
    }
}

/// Requantized outputs of a group of tiles without a pool, of two filters.
pub(crate) fn outputs(sums: &mut Sums, target: &Target, tiles: usize, out: &mut [&mut [u8]]) {
    let counts = [0, 1, 2, 3].map(|x| target.tiles_with(x, 4, tiles.min(4)));
    let Some(last) = last_output(target, counts) else { return };
    if out.is_empty() || out.iter().any(|row| row.len() <= last) {
        return;
    }
    let mut rows = [core::ptr::null_mut::<u8>(); 4];
    for (row, out) in rows.iter_mut().zip(out.iter_mut()) {
        *row = out.as_mut_ptr().wrapping_add(target.element);
    }
    let mut job = Outputs {
        seed: 0,
        multiplier: 0,
        rows,
        tile: 4 * target.pitch,
        pixel: target.pitch,
        counts,
        shift: 0,
        count: out.len().min(4),
    };
    let sums: *mut [i32; 4] = sums.as_mut_ptr().cast();
    for (filter, (bias, multiplier)) in target.biases.into_iter().zip(target.multipliers).enumerate() {
        (job.seed, job.multiplier) = (bias.wrapping_mul(36), multiplier);
        // SAFETY: as above; it takes as many rows as there are, at most four.
        unsafe { switchback_outputs(&raw const job, sums.wrapping_add(filter)) }
        job.rows = job.rows.map(|row| row.wrapping_add(1));
    }
}

/// One row of the windows that the cells of a pooled map stand for.
pub(crate) fn unpool(values: &[u8], switches: &[u8], channels: usize, y: u8, out: &mut [u8]) {
    if channels == 0 || !channels.is_multiple_of(4) {
        return;
    }
    let fitting = |length: usize, of_cell: usize| length.checked_div(of_cell).unwrap_or(0);
    let cells = fitting(values.len(), channels).min(fitting(switches.len(), channels / 4));
    let cells = cells.min(fitting(out.len(), 2 * channels));
    if cells == 0 {
        return;
    }
    let job = [2 * usize::from(y & 1), channels, cells];
    // SAFETY: it reads `channels` bytes of values a cell and a byte for four of them of switches, and writes `2 * channels`
    // bytes a cell.
    unsafe { switchback_unpool(values.as_ptr(), switches.as_ptr(), out.as_mut_ptr(), &raw const job) }
}

/// Copies pixels of `channels` bytes to places `pitch` bytes apart, as many as `from` has and `to` takes.
pub(crate) fn pack(from: &[u8], channels: usize, pitch: usize, to: &mut [u8]) {
    if channels == 0 || pitch == 0 || to.len() < channels {
        return;
    }
    let pixels = (from.len() / channels).min((to.len() - channels) / pitch + 1);
    if pixels == 0 {
        return;
    }
    // SAFETY: it reads `pixels` times `channels` bytes, and writes as many each at a multiple of `pitch`; the last ones end
    // inside `to`.
    unsafe { switchback_pack(from.as_ptr(), to.as_mut_ptr(), channels, pitch, pixels) }
}

/// Zeros.
pub(crate) fn clear(bytes: &mut [u8]) {
    if !bytes.is_empty() {
        // SAFETY: it writes as many bytes as there are.
        unsafe { switchback_clear(bytes.as_mut_ptr(), bytes.len()) }
    }
}

/// Stages four channels of a block of taps in one half of the lanes.
pub(crate) fn stage_quad(taps: &[i8], block: Block, staged: &mut [Vector; 9], half: usize) {
    let Block { rows, columns, .. } = block;
    let last = rows.wrapping_sub(1) * block.row + columns.wrapping_sub(1) * block.tap + 4;
    if rows > 3 || !(columns == 2 || columns == 3) || rows > 0 && taps.len() < last {
        return;
    }
    let lanes = staged.as_flattened_mut().as_mut_ptr().wrapping_add(4 * (half & 1));
    // SAFETY: it reads four bytes of each tap that there is, the last of which lies inside `taps`, and writes four lanes of nine
    // vectors.
    unsafe { switchback_stage_quad(taps.as_ptr(), lanes, block.tap, block.row, rows, columns) }
}

/// Stages the nine taps of one output of a tied deconvolution.
pub(crate) fn stage_transposed(
    weights: &[i8],
    channels: usize,
    channel: usize,
    ratios: &[u8],
    staged: &mut [[Vector; 9]],
) {
    let filters = 8 * staged.len();
    // Offsets of lanes have 16 bits.
    let fits = channel < channels && 7 * 9 * channels < 1 << 16;
    if filters == 0 || !fits || weights.len() < 9 * filters * channels || ratios.len() < filters {
        return;
    }
    // SAFETY: it reads a byte at `channel` of each of the nine taps of `filters` filters, all of them inside `weights`, and as
    // many ratios, and writes `staged`.
    unsafe {
        let last_tap = weights.as_ptr().add(8 * channels + channel);
        switchback_stage_transposed(last_tap, channels, staged.as_mut_ptr(), ratios.as_ptr(), staged.len());
    }
}
