//! Property tests of the processor's back end where it runs: every function of the seam on random shapes and extreme values,
//! compared element by element with [`super::portable`]; what lies around the outputs is compared as well.
//!
//! Every case has a seed of its own, so a difference can be made again. These are tests: a mistake in them may panic.
#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "tests: lengths are chosen beside the slices")]

mod blocks;
mod gather;
mod input;
mod lanes;
mod outputs;
mod products;
mod random;
mod transforms;
mod twins;
#[cfg(switchback_vectors)]
mod vector_outputs;
#[cfg(switchback_vectors)]
mod vectors;

use core::fmt;

use random::Random;
use twins::Mismatch;

/// What a case finds.
type Outcome = Result<(), Mismatch>;

/// Functions of the seam that are checked together.
struct Check {
    name: &'static str,
    case: fn(&mut Random) -> Outcome,
}

/// Cases of every function.
pub const CASES: u32 = 400;

const CHECKS: &[Check] = &[
    Check { name: "lanes", case: lanes::case },
    Check { name: "patch_transform of 4 tiles", case: transforms::patch::<4> },
    Check { name: "patch_transform of 2 tiles", case: transforms::patch::<2> },
    Check { name: "patch_transform of 1 tile", case: transforms::patch::<1> },
    Check { name: "filter_transform", case: transforms::filter },
    Check { name: "products of 4 tiles", case: products::case::<4> },
    Check { name: "products of 2 tiles", case: products::case::<2> },
    Check { name: "products of 1 tile", case: products::case::<1> },
    Check { name: "pooled_outputs of 4 tiles", case: outputs::pooled::<4> },
    Check { name: "pooled_outputs of 2 tiles", case: outputs::pooled::<2> },
    Check { name: "pooled_outputs of 1 tile", case: outputs::pooled::<1> },
    Check { name: "plain_outputs of 4 tiles", case: outputs::plain::<4> },
    Check { name: "plain_outputs of 2 tiles", case: outputs::plain::<2> },
    Check { name: "plain_outputs of 1 tile", case: outputs::plain::<1> },
    Check { name: "block_products", case: blocks::products },
    Check { name: "block_transforms: values", case: blocks::values },
    Check { name: "block_transforms: weights", case: blocks::weights },
    Check { name: "gather_pixel", case: gather::pixel },
    Check { name: "gather_sums", case: gather::sums },
    Check { name: "column_products", case: input::columns },
    Check { name: "window_products", case: input::windows },
    Check { name: "input_windows", case: input::vector_windows },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: input_columns", case: vectors::input_columns },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: input_rows", case: vectors::input_rows },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: weights", case: vectors::weights },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: staged_weights", case: vectors::staged_weights },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: products of 4 tiles", case: vectors::products::<4> },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: products of 3 tiles", case: vectors::products::<3> },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: products of 2 tiles", case: vectors::products::<2> },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: products of 1 tile", case: vectors::products::<1> },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: stage_quad", case: vectors::stage_quad },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: stage_transposed", case: vectors::stage_transposed },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: windows", case: vector_outputs::windows },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: outputs", case: vector_outputs::outputs },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: unpool", case: vector_outputs::unpool },
    #[cfg(switchback_vectors)]
    Check { name: "vectors: pack and clear", case: vector_outputs::pack_and_clear },
];

/// A function of the back end that does not give what the portable one gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The function.
    pub function: &'static str,
    /// Which case of it.
    pub case: u32,
    /// What the case is made from.
    pub seed: u32,
    /// Index of the first element that differs, from the first guard element before the output on.
    pub place: usize,
    /// What the back end gives.
    pub found: i64,
    /// What the portable function gives.
    pub expected: i64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, case, seed, place, found, expected } = self;
        write!(f, "{function}, case {case} (seed {seed:#010x}), element {place}: found {found}, expected {expected}")
    }
}

impl core::error::Error for Difference {}

/// Runs [`CASES`] cases of every function, and shows each function that is done.
///
/// # Errors
/// The first [`Difference`].
pub fn run(mut done: impl FnMut(&'static str)) -> Result<(), Difference> {
    for (index, check) in CHECKS.iter().enumerate() {
        for case in 0..CASES {
            let seed = random::seed(index, case);
            (check.case)(&mut Random::new(seed)).map_err(|Mismatch { place, found, expected }| Difference {
                function: check.name,
                case,
                seed,
                place,
                found,
                expected,
            })?;
        }
        done(check.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_back_end_gives_what_the_portable_one_gives() {
        super::run(|_| ()).unwrap();
    }
}
