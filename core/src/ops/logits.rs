//! Rule 8, Eq. 4 to 6: the stages' class sums, normalized, expanded and added, in Q16.
//!
//! ```text
//! logit[y,x,k] = b[k] + sum over stages i, in order, of gain_i((a_i[y>>r, x>>r, k] << 5) - mu_i[k])
//! ```
//! Every contribution and the sum saturate at +-[`MAX_LOGIT`].

use super::normalization::Centered;

/// The largest magnitude of a logit in Q16: just below 2^14, so that rule 4 applies to it.
pub const MAX_LOGIT: i64 = (1 << 30) - 1;

/// What one stage adds to a row of logits.
#[derive(Clone, Copy, Debug)]
pub struct StageRow<'a> {
    /// Class sums of the stage's row, `[width][maps]`.
    pub sums: &'a [i32],
    /// Class-map weights of the stage, `[map][channel]`.
    pub weights: &'a [i8],
    /// Mean and gain of this image.
    pub centered: Centered,
    /// How often the row is doubled in width to match the class maps (Eq. 5); its last column fills what is left.
    pub shift: u32,
}

/// Adds one stage to a row of logits, `[width][maps]` in Q16, which starts as the biases.
pub fn logits_row(stage: &StageRow<'_>, maps: usize, logits: &mut [i32]) {
    let maps = maps.max(1);
    let channels = (stage.weights.len() / maps).max(1);
    for (map, weights) in stage.weights.chunks_exact(channels.max(1)).enumerate() {
        let mean_q5 = stage.centered.mean_of_sums_q5(weights);
        let last = (stage.sums.len() / maps).saturating_sub(1);
        for (x, pixel) in logits.chunks_exact_mut(maps.max(1)).enumerate() {
            let column = (x >> stage.shift).min(last);
            let sum = stage.sums.get(column * maps + map).copied().unwrap_or(0);
            let contribution = stage.centered.gain.apply((sum << 5).wrapping_sub(mean_q5));
            if let Some(logit) = pixel.get_mut(map) {
                *logit = saturate(i64::from(*logit) + saturate(contribution) as i64);
            }
        }
    }
}

fn saturate(logit: i64) -> i32 {
    logit.clamp(-MAX_LOGIT, MAX_LOGIT) as i32
}
