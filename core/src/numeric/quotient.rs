//! A division of 64 by 32 bits, which processors of this size do not have.

/// `floor(numerator / denominator)`; all ones where the denominator is 0.
///
/// By the compiler's function, or bit by bit where programs are short: that takes 30 bytes in place of 500, and is called a few times
/// an image.
pub(crate) const fn quotient(numerator: u64, denominator: u32) -> u64 {
    if cfg!(feature = "fast") {
        return match numerator.checked_div(denominator as u64) {
            Some(quotient) => quotient,
            None => u64::MAX,
        };
    }
    bit_by_bit(numerator, denominator)
}

/// The quotient's bits come in below as those of the numerator leave above.
const fn bit_by_bit(numerator: u64, denominator: u32) -> u64 {
    let (mut bits, mut remainder) = (numerator, 0u64);
    let mut left = u64::BITS;
    while left > 0 {
        remainder = remainder << 1 | bits >> 63;
        bits <<= 1;
        if remainder >= denominator as u64 {
            remainder -= denominator as u64;
            bits |= 1;
        }
        left -= 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_equal_the_processor_s() {
        let numbers =
            [0, 1, 2, 3, 7, 510, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 62, (1 << 63) + 12_345, u64::MAX - 1, u64::MAX];
        for numerator in numbers {
            for denominator in [1, 2, 3, 5, 255, 147_456, 1 << 24, i32::MAX as u32, 1 << 31, u32::MAX] {
                assert_eq!(
                    bit_by_bit(numerator, denominator),
                    numerator / u64::from(denominator),
                    "{numerator} / {denominator}"
                );
            }
            assert_eq!((bit_by_bit(numerator, 0), quotient(numerator, 0)), (u64::MAX, u64::MAX));
        }
    }
}
