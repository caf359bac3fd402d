//! Rule 9: softmax over the classes of one pixel, in integers.
//!
//! ```text
//! e[k] = exp_negative_q31(max - logit[k]);  p[k] = floor((255 * e[k] + S/2) / S), S = sum e
//! ```

use core::num::NonZeroU32;

use crate::numeric::exp_negative_q31;

/// Probabilities of one pixel with scale 1/255, from its logits in Q16. At most [`crate::model::spec::MAX_CLASSES`] of them.
pub fn softmax(logits: &[i32], probabilities: &mut [u8]) {
    // The exponentials of a few stay in registers.
    let fast = cfg!(feature = "fast");
    match *logits {
        [a, b] if fast && probabilities.len() >= 2 => of_few([a, b], probabilities),
        [a, b, c] if fast && probabilities.len() >= 3 => of_few([a, b, c], probabilities),
        [a, b, c, d] if fast && probabilities.len() >= 4 => of_few([a, b, c, d], probabilities),
        _ => {
            let maximum = logits.iter().copied().max().unwrap_or(0);
            let exponential = |logit: i32| exp_negative_q31(maximum.wrapping_sub(logit) as u32);
            let total = Total::new(logits.iter().map(|&logit| u64::from(exponential(logit))).sum());
            for (probability, &logit) in probabilities.iter_mut().zip(logits) {
                *probability = total.share(exponential(logit));
            }
        }
    }
}

#[inline(always)]
fn of_few<const N: usize>(logits: [i32; N], probabilities: &mut [u8]) {
    let maximum = logits.into_iter().max().unwrap_or(0);
    let exponentials = logits.map(|logit| exp_negative_q31(maximum.wrapping_sub(logit) as u32));
    let total = Total::new(exponentials.into_iter().map(u64::from).sum());
    if let Some(probabilities) = probabilities.first_chunk_mut() {
        *probabilities = exponentials.map(|exponential| total.share(exponential));
    }
}

/// S, which the largest logit makes 2^31 at least.
struct Total {
    sum: u64,
    /// Above S / 2^9, from 2^22 on.
    coarse: NonZeroU32,
}

/// Bits that the first quotient does without.
const COARSE: u32 = 9;

impl Total {
    #[inline(always)]
    fn new(sum: u64) -> Self {
        Self { sum, coarse: NonZeroU32::MIN.saturating_add((sum >> COARSE) as u32) }
    }

    /// `floor((255 * e + S/2) / S)` for e up to 2^31, by a division of 32 bits: its quotient is the right one or, for what it cuts
    /// off, which is less than 2^-13 of a step, one less.
    #[inline(always)]
    fn share(&self, e: u32) -> u8 {
        let twice = u64::from(e) * 510;
        let quotient = ((twice >> (COARSE + 1)) as u32 + (self.sum >> (COARSE + 1)) as u32) / self.coarse;
        // Twice what is left behind the next quotient; half of an odd S, cut off or not, makes no difference between integers.
        let beyond = twice.wrapping_sub(u64::from(2 * quotient + 1) * self.sum) as i64;
        // -1 where the next quotient is too much.
        (quotient as i32 + 1 + (beyond >> 63) as i32) as u8
    }
}
