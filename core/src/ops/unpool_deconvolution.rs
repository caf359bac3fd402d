//! Rule 6, Eq. 2 and 3: unpooling through the switches and tied deconvolution, fused; the unpooled map is never stored.
//!
//! ```text
//! u[y,x,o]   = m[o] * q[y/2,x/2,o] if s[y/2,x/2,o] == 2*(y&1) + (x&1), else 0
//! acc[y,x,c] = b[c] + sum w[o,ky,kx,c] * u[y-ky+p, x-kx+p, o]
//! q          = clamp(requantize(acc, R), 0, 255)
//! ```

use super::deconvolution::DeconvolutionArrays;
use super::read_switch;
use crate::model::DecoderLayer;

/// One row of the pooled map with its switches.
#[derive(Clone, Copy, Debug, Default)]
pub struct CellRow<'a> {
    /// Its index in the pooled map.
    pub y: usize,
    /// `[width][filters]`.
    pub values: &'a [u8],
    /// Packed, `[width][filters]`.
    pub switches: &'a [u8],
}

/// Row `y` of the output of a deconvolution that reads an unpooled map.
///
/// - `cells`: the rows of the pooled map that rows `y - p` to `y + p` of the unpooled one come from.
/// - `accumulators`: one a channel of the output; scratch.
/// - `out`: `[width][channels]`.
pub fn unpool_deconvolution_row(
    layer: &DecoderLayer,
    arrays: &DeconvolutionArrays<'_>,
    y: usize,
    cells: &[CellRow<'_>],
    accumulators: &mut [i32],
    out: &mut [u8],
) {
    let (p, filters) = (layer.padding(), layer.input.channels);
    for (x, pixel) in out.chunks_exact_mut(layer.output.channels.max(1)).enumerate() {
        arrays.start(accumulators);
        let columns = x.saturating_sub(p) / 2..((x + p) / 2 + 1).min(layer.input.width);
        for row in cells {
            for column in columns.clone() {
                let first = column * filters;
                let values = row.values.get(first..first + filters).unwrap_or(&[]);
                for (filter, &value) in values.iter().enumerate().filter(|&(_, &value)| value != 0) {
                    let switch = usize::from(read_switch(row.switches, first + filter));
                    let ky = tap(y + p, 2 * row.y + switch / 2, layer.kernel);
                    let kx = tap(x + p, 2 * column + switch % 2, layer.kernel);
                    if let (Some(ky), Some(kx)) = (ky, kx) {
                        arrays.add(layer, filter, value, (ky, kx), accumulators);
                    }
                }
            }
        }
        arrays.store(accumulators, pixel);
    }
}

/// The tap that joins an output (its coordinate plus padding) with an unpooled position, if the kernel reaches it.
fn tap(output_plus_padding: usize, position: usize, kernel: usize) -> Option<usize> {
    output_plus_padding.checked_sub(position).filter(|&tap| tap < kernel)
}
