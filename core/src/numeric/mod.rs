//! Scalars, one function a file; the Q format of a fixed-point value is in its name (`_q16`: 16 fractional bits).
//!
//! Each file states the range of its arguments and the rule of `docs/numerics.md` that it computes.

mod exp;
mod gain;
mod isqrt;
mod ln;
mod quotient;
mod requantize;

pub use exp::exp_negative_q31;
pub use gain::Gain;
pub use isqrt::isqrt;
pub use ln::ln_q24;
pub(crate) use quotient::quotient;
pub(crate) use requantize::multiply_high_rounded;
pub use requantize::{MAX_ACCUMULATOR, Multiplier, requantize};
