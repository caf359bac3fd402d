//! Rule 9: softmax over the classes of one pixel, in integers.
//!
//! ```text
//! e[k] = exp_negative_q31(max - logit[k]);  p[k] = floor((255 * e[k] + S/2) / S), S = sum e
//! ```

use crate::numeric::exp_negative_q31;

/// Probabilities of one pixel with scale 1/255, from its logits in Q16. At most [`crate::model::spec::MAX_CLASSES`] of them.
pub fn softmax(logits: &[i32], probabilities: &mut [u8]) {
    let maximum = logits.iter().copied().max().unwrap_or(0);
    let exponential = |logit: i32| u64::from(exp_negative_q31(maximum.wrapping_sub(logit) as u32));
    let total = logits.iter().map(|&logit| exponential(logit)).sum::<u64>().max(1);
    for (probability, &logit) in probabilities.iter_mut().zip(logits) {
        *probability = ((255 * exponential(logit) + total / 2) / total) as u8;
    }
}
