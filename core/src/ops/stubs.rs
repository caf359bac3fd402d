//! TEMPORARY
use super::*;
use crate::model::{ConvolutionArrays, DecoderLayer, EncoderLayer};
pub const fn input_winograd_scratch_words(_l: &EncoderLayer) -> usize {
    100
}
pub const fn input_winograd_suits(l: &EncoderLayer) -> bool {
    l.input.channels == 1 && l.pool && l.output.channels % 4 == 0 && l.kernel >= 3 && l.kernel <= 11
}
pub fn input_winograd_rows(
    layer: &EncoderLayer,
    arrays: &ConvolutionArrays<'_>,
    window: &[&[i8]],
    _s: &mut [u32],
    out: &mut [u8],
    switches: &mut [u8],
) {
    input_convolution_row(layer, arrays, window, out, switches);
}
pub const fn gather_suits(_l: &DecoderLayer) -> bool {
    false
}
pub fn gather_bound(_l: &DecoderLayer, _w: &[i8], _r: &[u8], _b: i32, _c: usize) -> i64 {
    0
}
pub const fn cell_list_words(_l: &DecoderLayer) -> usize {
    1
}
pub fn write_cell_list(_l: &DecoderLayer, _r: &[u8], _c: &CellRow<'_>, _list: &mut [u32]) {}
pub const fn gather_scratch_words(_l: &DecoderLayer) -> usize {
    1
}
pub fn gather_rows(
    _l: &DecoderLayer,
    _a: &DeconvolutionArrays<'_>,
    _lists: [&[u32]; 3],
    _s: &mut [u32],
    _out: &mut [&mut [u8]],
) {
}
