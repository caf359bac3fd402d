//! The scalars of the contract against exact integers (i128) and f64 over edge cases and random values.

use parity::divide_half_up;
use proptest::prelude::*;
use switchback::model::header::HeadNumbers;
use switchback::numeric::{Gain, Multiplier, exp_negative_q31, isqrt, ln_q24, requantize};
use switchback::ops::{HISTOGRAM, log_sum_exp, read_switch, softmax, switch_row_bytes, write_switch};
use zerocopy::little_endian::U32;

fn multipliers() -> impl Strategy<Value = i32> {
    prop_oneof![1i32..1 << 22, (1i32 << 21..1 << 22, 0u32..9).prop_map(|(m, up)| m << up), Just(((1 << 22) - 1) << 9)]
}

fn accumulators() -> impl Strategy<Value = i32> {
    let most = (1 << 30) - 1;
    prop_oneof![-most..=most, -300i32..300, Just(most), Just(-most)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn requantize_is_half_up_and_exact_in_f64(acc in accumulators(), r in multipliers()) {
        let multiplier = Multiplier::new(r).expect("22 significant bits");
        let found = i128::from(requantize(acc, multiplier));
        prop_assert_eq!(found, divide_half_up(i128::from(acc) * i128::from(r), 1 << 32));
        let in_f64 = (f64::from(acc) * f64::from(r) / 2f64.powi(32) + 0.5).floor();
        prop_assert_eq!(found, in_f64 as i128);
    }

    #[test]
    fn gain_is_half_up(acc in accumulators(), m in 1u32 << 21..1 << 22, n in 1u8..=46) {
        let gain = Gain::new(m, n).expect("a normal gain");
        prop_assert_eq!(i128::from(gain.apply(acc)), divide_half_up(i128::from(acc) * i128::from(m), 1 << n));
    }

    #[test]
    fn gain_times_ratio_keeps_the_leading_bits(
        m in 1u32 << 21..1 << 22, n in 1u8..=46, numerator in 1u32..1 << 23, denominator in 1u32..,
    ) {
        let gain = Gain::new(m, n).expect("a normal gain").times_ratio(numerator, denominator);
        let exact = f64::from(m) * 2f64.powi(-i32::from(n)) * f64::from(numerator) / f64::from(denominator);
        let found = f64::from(gain.multiplier()) * 2f64.powi(-i32::from(gain.shift()));
        let largest = f64::from((1u32 << 22) - 1) / 2.0;
        if exact >= largest {
            prop_assert_eq!(found, largest);
        } else {
            // Cut off, never rounded up; one unit of the last place, which is 2^-46 at the smallest.
            let unit = (exact * 2f64.powi(-21)).max(2f64.powi(-46));
            prop_assert!(found <= exact && exact - found <= unit, "{found} for {exact}");
        }
    }

    #[test]
    fn isqrt_is_the_floor(value in prop_oneof![any::<u64>(), 0u64..1000, Just(u64::MAX)]) {
        let root = u128::from(isqrt(value));
        prop_assert!(root * root <= u128::from(value) && (root + 1) * (root + 1) > u128::from(value));
    }

    #[test]
    fn isqrt_of_squares(root in any::<u32>()) {
        let square = u64::from(root) * u64::from(root);
        prop_assert_eq!(isqrt(square), root);
        prop_assert_eq!(isqrt(square.saturating_sub(1)), root.saturating_sub(u32::from(root > 0)));
    }

    #[test]
    fn ln_is_close(value in prop_oneof![1u64.., 1u64..5000]) {
        let found = ln_q24(value) as f64 / 2f64.powi(24);
        prop_assert!((found - (value as f64).ln()).abs() < 1e-5, "{found} for ln {value}");
    }

    #[test]
    fn ln_is_its_line_between_128ths(value in prop_oneof![1u64.., 1u64..5000]) {
        let exponent = value.ilog2();
        // ln(1 + i/128) in Q24, i and what is behind it from 31 bits of fraction.
        let fraction = ((i128::from(value) << 31) >> exponent) - (1 << 31);
        let step = |i: i128| (2f64.powi(24) * (i as f64 / 128.0).ln_1p()).round() as i128;
        let (i, within) = (fraction >> 24, fraction & 0xff_ffff);
        let line = step(i) + divide_half_up((step(i + 1) - step(i)) * within, 1 << 24);
        prop_assert_eq!(i128::from(ln_q24(value)), i128::from(exponent) * 11_629_080 + line);
    }

    #[test]
    fn exp_is_close(d in 0u32..2_000_000) {
        let exact = (-(f64::from(d) / 65536.0)).exp();
        let found = f64::from(exp_negative_q31(d)) / 2f64.powi(31);
        prop_assert!((found - exact).abs() <= exact * 2f64.powi(-9) + 2f64.powi(-30), "{found} for {exact}");
    }

    #[test]
    fn softmax_is_close_and_sums_to_one(logits in proptest::collection::vec(-400_000i32..400_000, 2..=32)) {
        let mut found = [0; 32];
        softmax(&logits, &mut found);
        let maximum = f64::from(*logits.iter().max().expect("not empty"));
        let exponentials: Vec<f64> = logits.iter().map(|&l| ((f64::from(l) - maximum) / 65536.0).exp()).collect();
        let total: f64 = exponentials.iter().sum();
        for (e, found) in exponentials.iter().zip(found) {
            prop_assert!((255.0 * e / total - f64::from(found)).abs() < 1.01);
        }
    }

    #[test]
    fn softmax_is_its_formula(
        logits in prop_oneof![
            proptest::collection::vec(-(1i32 << 30)..1 << 30, 1..=32),
            proptest::collection::vec((-1600i32..1600).prop_map(|step| step << 8), 1..=5),
            proptest::collection::vec(-3i32..3, 1..=32),
        ],
    ) {
        let mut found = [0; 32];
        softmax(&logits, &mut found);
        let maximum = *logits.iter().max().expect("not empty");
        let exponentials: Vec<u64> = logits.iter().map(|&l| exp_negative_q31((maximum - l) as u32).into()).collect();
        let total: u64 = exponentials.iter().sum();
        for (e, found) in exponentials.iter().zip(found) {
            prop_assert_eq!(u64::from(found), (255 * e + total / 2) / total);
        }
    }

    #[test]
    fn log_sum_exp_is_close_to_equation_7(
        map in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0), Just(255)], 1..400),
        sharpness in prop_oneof![Just(5.0f64), Just(0.25), Just(64.0)],
        scale_q24 in prop_oneof![Just(65_793u32), 1u32..1 << 20, Just(1 << 26)],
    ) {
        let scale = f64::from(scale_q24) / 2f64.powi(24);
        let exponentials: Vec<U32> = (0..256)
            .map(|d| U32::new((2f64.powi(31) * (-sharpness * scale * f64::from(d)).exp()).round() as u32))
            .collect();
        let head = HeadNumbers {
            map_scale_q24: scale_q24,
            inverse_sharpness_q24: (2f64.powi(24) / sharpness).round() as u32,
            ..HeadNumbers::default()
        };
        let found = log_sum_exp(&head, &exponentials, &map, &mut [0; HISTOGRAM]).to_num::<f64>();
        let peak = f64::from(*map.iter().max().expect("not empty"));
        let terms = map.iter().map(|&q| (sharpness * scale * (f64::from(q) - peak)).exp());
        let exact = scale * peak + (terms.sum::<f64>() / map.len() as f64).ln() / sharpness;
        prop_assert!((found - exact).abs() < 2f64.powi(-12), "{found} for {exact}");
    }

    #[test]
    fn switches_are_kept(switches in proptest::collection::vec(0u8..4, 0..50)) {
        let mut row = vec![0; switch_row_bytes(switches.len())];
        for (i, &switch) in switches.iter().enumerate() {
            write_switch(&mut row, i, switch);
        }
        let found: Vec<u8> = (0..switches.len()).map(|i| read_switch(&row, i)).collect();
        prop_assert_eq!(found, switches);
    }
}

#[test]
fn halves_round_up_on_both_sides_of_zero() {
    // acc * 2^31 / 2^32 = acc / 2; 2^30 is the largest power of two that a multiplier can be.
    let quarter = Multiplier::new(1 << 30).expect("a power of two");
    let found: Vec<i32> = [-6, -2, 2, 6].map(|acc| requantize(acc, quarter)).to_vec();
    assert_eq!(found, [-1, 0, 1, 2], "-1.5, -0.5, 0.5 and 1.5 round up");
}

#[test]
fn multipliers_outside_the_contract_are_refused() {
    for value in [0, -1, i32::MIN, (1 << 22) + 1, i32::MAX] {
        assert_eq!(Multiplier::new(value), None, "{value}");
    }
    for (m, n) in [((1 << 21) - 1, 5), (1 << 22, 5), (1 << 21, 0), (1 << 21, 47)] {
        assert_eq!(Gain::new(m, n), None, "{m} >> {n}");
    }
}

#[test]
fn a_gain_beyond_the_largest_is_the_largest() {
    let most = Gain::new((1 << 22) - 1, 1).expect("a normal gain");
    assert_eq!(most.times_ratio(1 << 23, 1), most);
    // 2^21 / 2^shift is doubled: the largest power of two stays one.
    let gain = Gain::new(1 << 21, 10).expect("a normal gain");
    assert_eq!(gain.times_ratio(1 << 8, 1), Gain::new(1 << 21, 2).expect("a normal gain"));
    assert_eq!(gain.times_ratio(1 << 9, 1), Gain::new(1 << 21, 1).expect("a normal gain"));
    assert_eq!(gain.times_ratio(1 << 10, 1), most);
}

#[test]
fn a_gain_of_nothing_stays_nothing() {
    let gain = Gain::new(1 << 21, 20).expect("a normal gain");
    assert_eq!(Gain::ZERO.times_ratio(3, 2), Gain::ZERO);
    assert_eq!(gain.times_ratio(0, 2), Gain::ZERO);
    assert_eq!(gain.times_ratio(3, 0), Gain::ZERO);
}

#[test]
fn tables_equal_their_definitions() {
    for d_q8 in 0..256u32 {
        let exact = (2f64.powi(31) * (-f64::from(d_q8) / 256.0).exp()).round();
        assert_eq!(f64::from(exp_negative_q31(d_q8 << 8)), exact, "fraction {d_q8}");
    }
    for i in 0..128u64 {
        let exact = (2f64.powi(24) * (1.0 + i as f64 / 128.0).ln()).round();
        assert_eq!((ln_q24(128 + i) - ln_q24(128)) as f64, exact, "step {i}");
    }
    // Every entry of one table with every entry of the other, their product rounded half up.
    for whole in 0..22u32 {
        let exact_q31 = |d: f64| (2f64.powi(31) * (-d).exp()).round() as u128;
        for fraction in 0..256u32 {
            let product_q62 = exact_q31(whole.into()) * exact_q31(f64::from(fraction) / 256.0);
            let expected = (product_q62 + (1 << 30)) >> 31;
            assert_eq!(
                u128::from(exp_negative_q31(whole << 16 | fraction << 8)),
                expected,
                "{whole} and {fraction}/256"
            );
        }
    }
    assert_eq!(exp_negative_q31(0), 1 << 31);
    assert_eq!(exp_negative_q31(22 << 16), 0);
    assert_eq!(ln_q24(1), 0);
}
