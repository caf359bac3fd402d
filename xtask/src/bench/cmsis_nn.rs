//! What CMSIS-NN takes for the same layers, in instructions a dense multiply-accumulate, counted in the same way.
//!
//! QEMU 7.2 with `-icount shift=0`, CMSIS-NN of July 2026, gcc 12 -O3. Convolutions on Cortex-M4 are with max-pool where three digits
//! are given; a transposed convolution is `arm_transpose_conv_wrapper_s8`, which takes the same whatever is zero.

use boards::Board;

/// Cortex-M4 and M7, M3, M55, M0+, as far as they were counted.
type Row = (&'static str, &'static [f64]);

const CONVOLUTIONS: [Row; 5] = [
    ("3x3 256->384 at 20x20", &[1.656, 2.53, 0.179, 6.07]),
    ("3x3 32->32 at 32x32", &[1.959, 2.87, 0.253, 6.70]),
    ("3x3 16->32 at 32x32", &[2.202, 3.06, 0.328, 7.13]),
    ("11x11 1->96 at 40x40", &[2.42, 3.25, 0.47]),
    ("5x5 1->16 at 64x64", &[6.4, 7.0, 2.15]),
];

const DECONVOLUTIONS: [Row; 2] =
    [("3x3 384->256 at 20x20", &[1.651, 2.54, 0.178, 6.07]), ("3x3 32->16 at 32x32", &[2.067, 3.10, 0.286, 7.05])];

/// Instructions a multiply-accumulate of a layer of this size on a board's processor, where they were counted.
pub fn per_mac(board: &Board, shape: &str, is_convolution: bool) -> Option<f64> {
    let processor = match (board.triple.as_str(), board.cpu.as_deref()) {
        (triple, _) if triple.starts_with("thumbv7em") => 0,
        (triple, _) if triple.starts_with("thumbv7m") => 1,
        (_, Some("cortex-m55")) => 2,
        (triple, _) if triple.starts_with("thumbv6m") => 3,
        _ => return None,
    };
    let rows: &[Row] = if is_convolution { &CONVOLUTIONS } else { &DECONVOLUTIONS };
    let (_, counts) = rows.iter().find(|(name, _)| *name == shape)?;
    counts.get(processor).copied()
}
