//! Every single fault of a small model file: refused, or, where its checksum is made to fit again, run within its arena in a
//! bounded number of rows, without a panic (overflow checks are on in tests).

use parity::bounded_run::run_within_bounds;
use parity::random_model::{self, seal};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use switchback::model::layout::HEADER_START;
use switchback::model::{AlignedBytes, Model};
use switchback::stream::Plan;

/// Models whose checksum is made to fit again after damage at several places.
const RANDOM_DAMAGES: usize = 10_000;

/// What became of models whose checksum fits.
#[derive(Debug, Default)]
struct Survey {
    refused: usize,
    ran: usize,
}

impl Survey {
    fn try_model(&mut self, bytes: &AlignedBytes) {
        match Model::parse(bytes.as_slice()) {
            Err(_) => self.refused += 1,
            Ok(model) => {
                run_within_bounds(&model, Plan::new(model.network()));
                run_within_bounds(&model, Plan::within(&model, usize::MAX));
                self.ran += 1;
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_refused_and_with_a_checksum_that_fits_does_no_harm() {
    let original = random_model::small();
    let mut bytes = AlignedBytes::from(original.as_slice());
    let mut survey = Survey::default();
    for bit in 0..8 * original.as_slice().len() {
        bytes.as_mut_slice()[bit / 8] ^= 1 << (bit % 8);
        assert!(Model::parse(bytes.as_slice()).is_err(), "bit {bit}");
        seal(bytes.as_mut_slice());
        survey.try_model(&bytes);
        bytes.as_mut_slice().copy_from_slice(original.as_slice());
    }
    println!("{} bits: {survey:?}", 8 * original.as_slice().len());
    assert!(survey.refused > 1000 && survey.ran > 1000, "{survey:?}");
}

#[test]
fn every_truncation_is_refused_with_a_checksum_that_fits_as_well() {
    let original = random_model::small();
    for length in 0..original.as_slice().len() {
        let mut bytes = AlignedBytes::from(&original.as_slice()[..length]);
        assert!(Model::parse(bytes.as_slice()).is_err(), "{length} bytes");
        if length >= HEADER_START {
            seal(bytes.as_mut_slice());
            assert!(Model::parse(bytes.as_slice()).is_err(), "{length} bytes, sealed");
        }
    }
}

#[test]
fn damage_at_several_places_is_refused_and_with_a_checksum_that_fits_does_no_harm() {
    let original = random_model::small();
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut survey = Survey::default();
    for case in 0..RANDOM_DAMAGES {
        let mut bytes = AlignedBytes::from(original.as_slice());
        for _ in 0..random.random_range(2..8) {
            let at = random.random_range(0..bytes.as_slice().len());
            bytes.as_mut_slice()[at] = random.random();
        }
        if bytes.as_slice() == original.as_slice() {
            continue;
        }
        assert!(Model::parse(bytes.as_slice()).is_err(), "case {case}");
        seal(bytes.as_mut_slice());
        survey.try_model(&bytes);
    }
    println!("{RANDOM_DAMAGES} damages: {survey:?}");
    assert!(survey.refused > 100 && survey.ran > 100, "{survey:?}");
}
