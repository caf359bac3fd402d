//! What a session refuses, and that one image leaves nothing behind for the next.

use parity::random_model;
use parity::recorder::{run_core, run_core_planned};
use parity::specs::networks;
use proptest::prelude::*;
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, Model, Network};
use switchback::stream::{Checksums, Plan, RowError, Session, SessionError, UnfinishedFrame};

fn small() -> (Network, AlignedBytes) {
    let input = InputSpec { width: 40, height: 36, channels: 1 };
    let network = Network::new(NetworkSpec::table1(0.125, input, 2)).expect("a preset is a network");
    let bytes = random_model::bytes(&network, 3);
    (network, bytes)
}

#[test]
fn an_arena_one_byte_too_small_is_refused() {
    let (network, bytes) = small();
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let needed = Plan::new(&network).arena_bytes();
    let mut memory = AlignedBytes::zeroed(needed - 1);
    let error = Session::new(&model, memory.as_mut_slice()).err();
    assert_eq!(error, Some(SessionError::ArenaTooSmall { needed, given: needed - 1 }));
    assert!(error.expect("checked").to_string().ends_with("1 missing"));
}

#[test]
fn a_plan_of_another_network_is_not_taken() {
    let (network, bytes) = small();
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let input = InputSpec { width: 32, height: 32, channels: 1 };
    let other = Plan::new(&Network::new(NetworkSpec::table1(0.125, input, 2)).expect("a preset is a network"));
    let mut memory = AlignedBytes::zeroed(Plan::within(&model, usize::MAX).arena_bytes());
    let session = Session::with_plan(&model, other, memory.as_mut_slice(), ()).expect("a large enough arena");
    assert_eq!(session.plan(), &Plan::within(&model, usize::MAX));
    assert_ne!(session.plan(), &Plan::new(&network));
}

#[test]
fn an_unaligned_arena_is_refused() {
    let (network, bytes) = small();
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes() + 16);
    let error = Session::new(&model, &mut memory.as_mut_slice()[1..]).err();
    assert_eq!(error, Some(SessionError::ArenaMisaligned { remainder: 1 }));
}

#[test]
fn wrong_rows_are_refused_and_the_others_kept() {
    let (network, bytes) = small();
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let pixels = random_model::image(&network, 1);
    let expected = run_core(&model, &pixels, 0);
    let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
    let mut session = Session::new(&model, memory.as_mut_slice()).expect("a large enough arena");
    assert_eq!(session.finish().err(), Some(UnfinishedFrame { found: 0, expected: 36 }));
    for row in pixels.chunks_exact(40) {
        assert_eq!(session.push_row(&row[..39]), Err(RowError::Length { found: 39, expected: 40 }));
        assert_eq!(session.push_row(&[0; 41]), Err(RowError::Length { found: 41, expected: 40 }));
        session.push_row(row).expect("a row of the right length");
    }
    assert_eq!(session.push_row(&pixels[..40]), Err(RowError::TooMany { expected: 36 }));
    let out = session.finish().expect("a whole image");
    let scores: Vec<i64> = out.scores().iter().map(|s| s.to_bits().into()).collect();
    assert_eq!(scores, expected.scores_q16);
}

#[test]
fn too_few_rows_do_not_finish() {
    let (_, bytes) = small();
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let mut memory = AlignedBytes::zeroed(Plan::new(model.network()).arena_bytes());
    let mut session = Session::new(&model, memory.as_mut_slice()).expect("a large enough arena");
    for _ in 0..35 {
        session.push_row(&[9; 40]).expect("a row of the right length");
    }
    assert_eq!(session.finish().err(), Some(UnfinishedFrame { found: 35, expected: 36 }));
    session.push_row(&[9; 40]).expect("the last row");
    assert!(session.finish().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn one_image_leaves_nothing_for_the_next(network in networks(), seed in any::<u64>()) {
        let bytes = random_model::bytes(&network, seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
        let mut session = Session::new(&model, memory.as_mut_slice()).expect("a large enough arena");
        for image in [seed, seed + 1, seed] {
            let pixels = random_model::image(&network, image);
            let fresh = run_core(&model, &pixels, 0x3c);
            for row in pixels.chunks_exact(network.input().row_elements()) {
                session.push_row(row).expect("a row of the right length");
            }
            let out = session.finish().expect("a whole image");
            let scores: Vec<i64> = out.scores().iter().map(|s| s.to_bits().into()).collect();
            prop_assert_eq!(scores, fresh.scores_q16);
            // An image that was begun and given up.
            session.push_row(&pixels[..network.input().row_elements()]).expect("a row of the right length");
            session.restart();
        }
    }

    #[test]
    fn every_plan_gives_the_values_of_the_definitions(network in networks(), seed in any::<u64>()) {
        let bytes = random_model::bytes(&network, seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        let pixels = random_model::image(&network, seed);
        let expected = run_core(&model, &pixels, 0);
        let (smallest, fastest) = (Plan::new(&network), Plan::within(&model, usize::MAX));
        let room = fastest.arena_bytes() - smallest.arena_bytes();
        for step in 0..=4 {
            let plan = Plan::within(&model, smallest.arena_bytes() + step * room / 4);
            prop_assert_eq!(&Plan::within(&model, plan.arena_bytes()), &plan);
            let found = run_core_planned(&model, &pixels, 0xa5, plan.clone());
            for (found, expected) in found.taps.iter().zip(&expected.taps) {
                prop_assert!(found.values == expected.values, "{} under {:?}", found.tap.name(&network), plan);
            }
            prop_assert_eq!(&found.scores_q16, &expected.scores_q16);
        }
    }

    #[test]
    fn checksums_tell_images_apart_and_repeat(network in networks(), seed in any::<u64>()) {
        let bytes = random_model::bytes(&network, seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        let run = |image: u64| {
            let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
            let mut checksums = Checksums::new();
            let pixels = random_model::image(&network, image);
            let mut session =
                Session::with_observer(&model, memory.as_mut_slice(), &mut checksums).expect("a large enough arena");
            for row in pixels.chunks_exact(network.input().row_elements()) {
                session.push_row(row).expect("a row of the right length");
            }
            session.finish().expect("a whole image");
            drop(session);
            (pixels, checksums.iter().collect::<Vec<_>>())
        };
        let (first, again, other) = (run(seed), run(seed), run(seed ^ 0xff));
        prop_assert_eq!(&first, &again);
        let taps = network.encoder().len() + network.decoder().len() + network.maps() + 3;
        prop_assert!(first.1.len() >= taps, "every layer is watched");
        let table = model.input_table();
        let input = |pixels: &[u8]| -> Vec<i8> {
            let channels = network.input().channels;
            pixels.iter().enumerate().map(|(i, &p)| table[i % channels * 256 + usize::from(p)]).collect()
        };
        prop_assert_eq!(input(&first.0) == input(&other.0), first.1[0] == other.1[0]);
    }
}
