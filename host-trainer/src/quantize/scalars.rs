//! Real numbers as the contract's integers.

use switchback::numeric::{Gain, Multiplier};

use super::QuantizeError;

/// R of rule 4 for a real multiplier: the nearest R / 2^32 with 22 significant bits.
///
/// # Errors
/// [`QuantizeError::Scale`] outside 2^-32 to 1/2.
pub(super) fn multiplier(what: impl Fn() -> String, real: f64) -> Result<i32, QuantizeError> {
    let (least, most) = (2f64.powi(-32), 0.5 - 2f64.powi(-24));
    if !(least..=most).contains(&real) {
        return Err(QuantizeError::Scale { what: what(), found: real, least, most });
    }
    let whole = real * 2f64.powi(32);
    let unit = 2f64.powi((whole.log2().floor() as i32 + 1 - Multiplier::BITS as i32).max(0));
    let value = ((whole / unit).round() * unit).min(most * 2f64.powi(32)) as i32;
    debug_assert!(Multiplier::new(value).is_some());
    Ok(value.max(1))
}

/// M and n of rule 4 for a real gain.
///
/// # Errors
/// [`QuantizeError::Scale`] outside 2^-25 to 2^20.
pub(super) fn gain(what: impl Fn() -> String, real: f64) -> Result<(u32, u8), QuantizeError> {
    let (least, most) = (2f64.powi(-25), 2f64.powi(20));
    if !(least..=most).contains(&real) {
        return Err(QuantizeError::Scale { what: what(), found: real, least, most });
    }
    let bits = Gain::BITS as i32;
    let mut n = bits - 1 - real.log2().floor() as i32;
    let mut m = (real * 2f64.powi(n)).round();
    if m >= 2f64.powi(bits) {
        n -= 1;
        m = (real * 2f64.powi(n)).round();
    }
    debug_assert!(Gain::new(m as u32, n as u8).is_some());
    Ok((m as u32, n as u8))
}

/// A real number in Q16, saturating at the largest logit.
pub fn q16(real: f64) -> i32 {
    let most = switchback::ops::MAX_LOGIT as f64;
    (real * 65_536.0).round().clamp(-most, most) as i32
}

/// A weight as an integer in -127 to 127.
pub(super) fn weight(real: f32, scale: f64) -> i8 {
    (f64::from(real) / scale).round().clamp(-127.0, 127.0) as i8
}
