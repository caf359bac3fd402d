//! The contract's scalars once more, from their definitions: i128 and f64, no shifts, no stored tables.

/// `floor(a / b + 1/2)` for b > 0.
pub(super) fn divide_half_up(a: i128, b: i128) -> i128 {
    (2 * a + b).div_euclid(2 * b)
}

/// The largest integer whose square is at most `value`, by bisection.
pub(super) fn isqrt(value: i128) -> i128 {
    let (mut low, mut high) = (0i128, 1i128 << 33);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if middle * middle <= value { low = middle } else { high = middle }
    }
    low
}

/// mu of rule 8: round(2^5 * A1 * B / N).
pub(super) fn mean_q5(a1: i128, b: i128, n: i128) -> i128 {
    divide_half_up(32 * a1 * b, n)
}

/// The gain `m / 2^shift * n / d`: its 22 leading bits M and the shift that belongs to them (1 to 46), as rule 4 says.
pub(super) fn gain(m: i128, shift: i32, n: i128, d: i128) -> (i128, i32) {
    if d == 0 {
        return (0, 1);
    }
    // The power of two that brings the quotient into 2^21 .. 2^22.
    let scaled = |up: i32| if up >= 0 { (m * n * (1 << up)) / d } else { m * n / (d * (1 << -up)) };
    let up = (-60..60).find(|&up| (1 << 21..1 << 22).contains(&scaled(up))).expect("a positive ratio of small numbers");
    let n = shift + up;
    match n {
        ..1 => ((1 << 22) - 1, 1),
        1..=46 => (scaled(up), n),
        _ => (scaled(up) >> (n - 46).min(100), 46),
    }
}

/// Rule 9's softmax of one pixel: logits in Q16, result with scale 1/255.
pub(super) fn softmax(logits: &[f64]) -> Vec<i64> {
    let maximum = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<i128> = logits.iter().map(|l| exponential_q31(maximum - l)).collect();
    let total: i128 = exponentials.iter().sum();
    exponentials.iter().map(|e| ((255 * e + total / 2) / total) as i64).collect()
}

fn exponential_q31(d_q16: f64) -> i128 {
    let d_q8 = (d_q16 / 256.0 + 0.5).floor();
    let (whole, fraction) = ((d_q8 / 256.0).floor(), d_q8 % 256.0);
    if whole >= 22.0 {
        return 0;
    }
    let rounded = |x: f64| (2f64.powi(31) * (-x).exp()).round() as i128;
    divide_half_up(rounded(whole) * rounded(fraction / 256.0), 1 << 31)
}

/// Rule 10's logarithm: linear between 128 steps of ln(1 + f), everything in 24 fractional bits.
pub(super) fn ln_q24(value: i128) -> i128 {
    let one = 2f64.powi(24);
    let exponent = value.ilog2();
    // 1 + f with 31 fractional bits, lower bits dropped.
    let mantissa = if exponent > 31 { value >> (exponent - 31) } else { value << (31 - exponent) };
    let fraction = mantissa - (1 << 31);
    let (step, within) = (fraction / (1 << 24), fraction % (1 << 24));
    let table = |i: i128| (one * (i as f64 / 128.0).ln_1p()).round() as i128;
    let (low, high) = (table(step), table(step + 1));
    i128::from(exponent) * (one * 2f64.ln()).round() as i128 + low + divide_half_up((high - low) * within, 1 << 24)
}
