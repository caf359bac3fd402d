//! [`crate::arch::portable::gather`]: 22 instructions an entry, for eight products.
//!
//! An entry's value has 12 bits and an accumulator 32, so most products need a multiplication of their own. But where
//! accumulators end below 2^23 in magnitude, which is proven for channels 0, 1, 4 and 5, three sums modulo 2^32 of products with
//! packed weights tell four of them. With S the sum of the values and L(i) that of channel i:
//!
//! ```text
//! A = L0 + 2^8 L1 + 2^15 S + 2^16 C    weights X = w0 + 2^8 w1 + 2^15 + 2^16 (w4 + 2^8 w5)
//! C = L4 + 2^8 L5                      weights X >> 16
//! B = L1 + 2^16 L5                     weights w1 + 2^16 w5
//! ```
//! A - 2^16 C - 2^15 S - 2^8 B is L0 - 2^24 L5, whose lower 24 bits are L0; with the other 8, B tells L1 and 16 bits of L5, and
//! with those, C tells L4 and L5. The other channels go by pairs, the lower lane never negative:
//!
//! ```text
//! D = L3                               weights Z >> 16
//! G = L2 + 2^7 S + 2^16 L3             weights Z = w2 + 2^7 + 2^16 w3
//! ```

use core::arch::global_asm;

pub(crate) use crate::arch::gather_assembly::{gather_pixel, gather_sums};
pub(crate) use crate::arch::portable::gather::{BLOCK_HEAD, Cells, OFFSET_BIAS, SEED_WORDS, TAP_WORDS};

global_asm!(env!("SWITCHBACK_ASSEMBLER"), include_str!("gather.s"), options(raw));

/// The sum `a + 2^shift b`, modulo 2^32.
#[inline(always)]
const fn join(a: u32, shift: u32, b: u32) -> u32 {
    a.wrapping_add(b << shift)
}

/// What the sums start from, in the order in which they are loaded: G and D of channels 2 and 3, of 6 and 7, then A, B, C.
pub(crate) fn block_seeds(bias: [i32; 8]) -> [u32; SEED_WORDS] {
    let [b0, b1, b2, b3, b4, b5, b6, b7] = bias.map(|bias| bias as u32);
    let c = join(b4, 8, b5);
    [join(b2, 16, b3), b3, join(b6, 16, b7), b7, join(join(b0, 8, b1), 16, c), join(b1, 16, b5), c, 0]
}

/// Packs the weights of eight channels: B, X, Z of channels 2 and 3, Z of 6 and 7.
pub(crate) fn pack_block(weights: &[i8], channels: usize, packed: &mut [u32]) {
    let taps = weights.chunks(channels.max(1)).filter_map(|tap| tap.first_chunk::<8>());
    for (weights, words) in taps.zip(packed.as_chunks_mut::<TAP_WORDS>().0) {
        let [w0, w1, w2, w3, w4, w5, w6, w7] = weights.map(|weight| weight as u32);
        *words = [
            join(w1, 16, w5),
            join(join(w0.wrapping_add(1 << 15), 8, w1), 16, join(w4, 8, w5)),
            join(w2.wrapping_add(1 << 7), 16, w3),
            join(w6.wrapping_add(1 << 7), 16, w7),
        ];
    }
}
