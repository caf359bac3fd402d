//! Rule 10: the natural logarithm of log-sum-exp.
//!
//! value = 2^e * (1 + f), 0 <= f < 1 with 31 bits: ln value = e * ln 2 + ln(1 + f), the last by linear interpolation in a
//! table of 128 steps. The interpolation is low by at most 1/8 * (1/128)^2 = 7.7e-6.

#[cfg(any(not(feature = "fast"), test))]
use super::quotient;

/// `ln(value)` in Q24 (24 fractional bits) for value >= 1; 0 for 0. At most `64 ln 2` = 44.4.
pub fn ln_q24(value: u64) -> i64 {
    if value == 0 {
        return 0;
    }
    let exponent = 63 - value.leading_zeros();
    // The leading one cut off, 31 bits of fraction kept, lower bits dropped.
    let fraction_q31 = ((value << (63 - exponent)) >> 32) & 0x7fff_ffff;
    let step = (fraction_q31 >> 24) as u32;
    let within_q24 = (fraction_q31 & 0xff_ffff) as i64;
    let (low, high) = (ln_1p_q24(step) as i64, ln_1p_q24(step + 1) as i64);
    exponent as i64 * LN_2_Q24 + low + (((high - low) * within_q24 + (1 << 23)) >> 24)
}

/// round(2^24 * ln 2).
const LN_2_Q24: i64 = 11629080;

/// round(2^24 * ln(1 + i/128)) for i to 128.
#[cfg(feature = "fast")]
fn ln_1p_q24(i: u32) -> u32 {
    LN_1P_Q24.get(i as usize).copied().unwrap_or(0)
}

/// The same where programs are short: 2 * (z + z^3 / 3 + z^5 / 5 + ...) with z = i / (256 + i), to so many bits that all 129 round
/// to the table's.
#[cfg(any(not(feature = "fast"), test))]
fn ln_1p_series_q24(i: u32) -> u32 {
    let mut power_q40 = quotient(u64::from(2 * i) << 40, 256 + i);
    let (mut sum_q40, mut odd) = (0, 1);
    while power_q40 > 0 {
        sum_q40 += quotient(power_q40, odd);
        power_q40 = quotient(power_q40 * u64::from(i * i), (256 + i) * (256 + i));
        odd += 2;
    }
    ((sum_q40 + (1 << 15)) >> 16) as u32
}

#[cfg(not(feature = "fast"))]
use ln_1p_series_q24 as ln_1p_q24;

/// round(2^24 * ln(1 + i/128)).
#[cfg(any(feature = "fast", test))]
#[rustfmt::skip]
static LN_1P_Q24: [u32; 129] = [
    0, 130563, 260117, 388679, 516263, 642884, 768556, 893295, 1017112, 1140023, 1262040, 1383175,
    1503443, 1622854, 1741421, 1859157, 1976071, 2092177, 2207485, 2322006, 2435750, 2548728, 2660951, 2772428,
    2883169, 2993184, 3102482, 3211073, 3318965, 3426168, 3532691, 3638541, 3743728, 3848259, 3952143, 4055388,
    4158001, 4259990, 4361364, 4462128, 4562291, 4661859, 4760840, 4859240, 4957067, 5054326, 5151025, 5247170,
    5342767, 5437822, 5532342, 5626332, 5719799, 5812748, 5905184, 5997115, 6088544, 6179477, 6269921, 6359879,
    6449358, 6538362, 6626896, 6714966, 6802576, 6889730, 6976434, 7062693, 7148510, 7233890, 7318838, 7403359,
    7487455, 7571132, 7654394, 7737245, 7819688, 7901728, 7983370, 8064615, 8145469, 8225936, 8306018, 8385720,
    8465045, 8543997, 8622579, 8700794, 8778647, 8856140, 8933277, 9010061, 9086495, 9162582, 9238326, 9313729,
    9388795, 9463527, 9537927, 9611998, 9685745, 9759168, 9832271, 9905058, 9977530, 10049690, 10121541, 10193086,
    10264327, 10335266, 10405907, 10476252, 10546303, 10616063, 10685534, 10754719, 10823619, 10892237, 10960577, 11028638,
    11096425, 11163939, 11231183, 11298158, 11364866, 11431311, 11497493, 11563416, 11629080,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_equal_the_table() {
        for (i, &entry) in (0..).zip(&LN_1P_Q24) {
            assert_eq!(ln_1p_series_q24(i), entry, "entry {i}");
        }
    }
}
