//! TEMPORARY
use super::*;
use crate::model::{ConvolutionArrays, DecoderLayer, EncoderLayer};
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
