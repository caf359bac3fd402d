//! Rules 7 to 10, the head's arithmetic, against their formulas in wide integers.

use parity::divide_half_up;
use proptest::collection::vec;
use proptest::prelude::*;
use switchback::model::header::HeadNumbers;
use switchback::model::spec::Normalization;
use switchback::numeric::{Gain, ln_q24};
use switchback::ops::{
    HISTOGRAM, MAX_LOGIT, StageRow, Statistics, constant_score, label_row, log_sum_exp, logits_row, mask_row,
};
use zerocopy::little_endian::U32;

fn gains() -> impl Strategy<Value = Gain> {
    (1u32 << 21..1 << 22, 20u8..=46).prop_map(|(m, n)| Gain::new(m, n).expect("a normal gain"))
}

fn statistics(rows: &[Vec<u8>]) -> Statistics {
    let mut statistics = Statistics::default();
    rows.iter().for_each(|row| statistics.add_row(row));
    statistics
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_map_is_normalized_by_its_sums(rows in vec(vec(any::<u8>(), 1..40), 1..20), scale in gains()) {
        let found = statistics(&rows);
        let values = || rows.iter().flatten().map(|&q| u64::from(q));
        let (n, sum, squares) = (values().count() as u64, values().sum::<u64>(), values().map(|q| q * q).sum::<u64>());
        prop_assert_eq!(found, Statistics { count: n as u32, sum, sum_of_squares: squares });
        let gain = |spread: u64| match spread.isqrt() {
            0 => Gain::ZERO,
            root => scale.times_ratio(n as u32, root as u32),
        };
        let of = |normalization| found.centered(normalization, scale).gain;
        prop_assert_eq!(of(Normalization::Standardize), gain(n * squares - sum * sum));
        prop_assert_eq!(of(Normalization::Rms), gain(n * squares));
        prop_assert_eq!(of(Normalization::None), scale);
    }

    #[test]
    fn the_mean_of_sums_is_half_up(rows in vec(vec(any::<u8>(), 1..40), 1..20), weights in vec(-127i8.., 1..60)) {
        let statistics = statistics(&rows);
        let total: i128 = weights.iter().map(|&w| i128::from(w)).sum();
        let expected = divide_half_up(32 * i128::from(statistics.sum) * total, statistics.count.into());
        let mean = |normalization| {
            let centered = statistics.centered(normalization, Gain::ZERO);
            i128::from(centered.mean_of_sums_q5(&weights))
        };
        prop_assert_eq!(mean(Normalization::Standardize), expected);
        prop_assert_eq!(mean(Normalization::Rms), 0);
        prop_assert_eq!(mean(Normalization::None), 0);
    }

    #[test]
    fn logits_are_their_formula(
        maps in 1usize..4, channels in 1usize..5, columns in 1usize..8, shift in 0u32..3, odd in 0usize..4,
        weights in vec(-127i8.., 12), sums in vec(-(1i32 << 20)..1 << 20, 21), rows in vec(vec(any::<u8>(), 1..40), 1..9),
        gain in gains(), biases in vec(-(1i32 << 28)..1 << 28, 3),
    ) {
        let (weights, sums) = (&weights[..maps * channels], &sums[..maps * columns]);
        let centered = statistics(&rows).centered(Normalization::Standardize, gain);
        let width = (columns << shift) + odd;
        let start: Vec<i32> = biases[..maps].repeat(width);
        let mut logits = start.clone();
        logits_row(&StageRow { sums, weights, centered, shift }, maps, &mut logits);
        for (i, (&found, &start)) in logits.iter().zip(&start).enumerate() {
            let (x, map) = (i / maps, i % maps);
            let column = (x >> shift).min(columns - 1);
            let mean = centered.mean_of_sums_q5(&weights[map * channels..][..channels]);
            let apart = i128::from(sums[column * maps + map]) * 32 - i128::from(mean);
            let (m, n) = (centered.gain.multiplier(), centered.gain.shift());
            let most = i128::from(MAX_LOGIT);
            let contribution = divide_half_up(apart * i128::from(m), 1 << n).clamp(-most, most);
            prop_assert_eq!(i128::from(found), (i128::from(start) + contribution).clamp(-most, most), "{}, {}", x, map);
        }
    }

    #[test]
    fn a_score_is_rounded_half_up(
        map in vec(prop_oneof![any::<u8>(), Just(0)], 1..300), falls in vec(0u32..1 << 26, 255),
        map_scale_q24 in 1u32..=64 << 24, inverse_sharpness_q24 in 1u32..=4 << 24,
    ) {
        let exponentials = std::iter::once(&0).chain(&falls).scan(1u32 << 31, |e, fall| {
            *e = e.saturating_sub(*fall);
            Some(U32::new(*e))
        });
        let exponentials: Vec<U32> = exponentials.collect();
        let head = HeadNumbers { map_scale_q24, inverse_sharpness_q24, ..HeadNumbers::default() };
        let peak = *map.iter().max().expect("not empty");
        let total: u64 = map.iter().map(|&q| u64::from(exponentials[usize::from(peak - q)].get())).sum();
        let mean = i128::from(ln_q24(total) - ln_q24((map.len() as u64) << 31));
        let peak_q24 = i128::from(peak) * i128::from(map_scale_q24);
        let score_q48 = (peak_q24 << 24) + mean * i128::from(inverse_sharpness_q24);
        let found = log_sum_exp(&head, &exponentials, &map, &mut [7; HISTOGRAM]);
        prop_assert_eq!(i128::from(found.to_bits()), divide_half_up(score_q48, 1 << 32));
    }
}

#[test]
fn a_logit_is_an_accumulator_to_rule_4() {
    assert_eq!(MAX_LOGIT, (1 << 30) - 1);
}

#[test]
fn a_class_without_a_map_scores_the_relu_of_its_logit() {
    assert_eq!([-70_000, 0, 70_000].map(|logit| constant_score(logit).to_bits()), [0, 0, 70_000]);
}

#[test]
fn the_first_of_the_largest_logits_is_the_label() {
    let mut labels = [9; 4];
    label_row(3, &[5, 7, 7, 1, -1, 0, -3, -3, -3, i32::MIN + 1, 2, 3], &mut labels);
    assert_eq!(labels, [1, 0, 0, 2]);
}

#[test]
fn a_mask_begins_at_its_threshold() {
    let mut labels = [9; 4];
    mask_row(&[0, 99, 100, 255], 100, &mut labels);
    assert_eq!(labels, [0, 0, 1, 1]);
}
