//! Rule 10, Eq. 7: the score of one class from its 8-bit map.
//!
//! ```text
//! T = sum_d hist[d] * E[d],  d = qmax - q,  E[d] = round(2^31 * exp(-s * S_m * d))
//! y = S_m * qmax + (ln T - ln(2^31 * H * W)) / s
//! ```

use fixed::types::I16F16;
use zerocopy::little_endian::U32;

use crate::model::header::HeadNumbers;
use crate::numeric::ln_q24;

/// Entries of the histogram that [`log_sum_exp`] works in.
pub const HISTOGRAM: usize = 256;

/// Score of a class map of at most 2^20 pixels; `histogram` has [`HISTOGRAM`] entries and is scratch.
///
/// Within 2^-12 of Eq. 7 in real numbers on the same 8-bit map.
pub fn log_sum_exp(head: &HeadNumbers, exponentials: &[U32], map: &[u8], histogram: &mut [u32]) -> I16F16 {
    histogram.fill(0);
    for &q in map {
        if let Some(count) = histogram.get_mut(usize::from(q)) {
            *count += 1;
        }
    }
    let maximum = histogram.iter().rposition(|&count| count > 0).unwrap_or(0);
    let from_maximum = histogram.iter().take(maximum + 1).rev();
    let total: u64 = from_maximum.zip(exponentials).map(|(&count, e)| u64::from(count) * u64::from(e.get())).sum();
    // At most 0: every term is at most 2^31.
    let mean_q24 = ln_q24(total) - ln_q24((map.len() as u64) << 31);
    let peak_q48 = ((maximum as i64) * i64::from(head.map_scale_q24)) << 24;
    let score_q48 = peak_q48 + mean_q24 * i64::from(head.inverse_sharpness_q24);
    I16F16::from_bits(((score_q48 + (1 << 31)) >> 32) as i32)
}

/// Score of a class whose map is the same constant everywhere: the ReLU of its logit in Q16.
pub fn constant_score(logit_q16: i32) -> I16F16 {
    I16F16::from_bits(logit_q16.max(0))
}
