//! What a session refuses, and that one image leaves nothing behind for the next.

use parity::random_model;
use parity::recorder::{CoreRun, run_core, run_core_planned};
use parity::specs::networks;
use proptest::prelude::*;
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, Model, Network};
use switchback::stream::{
    Checksums, DeconvolutionKernel, KernelSet, Plan, RowError, Session, SessionError, UnfinishedFrame,
};

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
fn a_plan_of_another_network_is_refused() {
    let (_, bytes) = small();
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let input = InputSpec { width: 32, height: 32, channels: 1 };
    let other = Plan::new(&Network::new(NetworkSpec::table1(0.125, input, 2)).expect("a preset is a network"));
    let mut memory = AlignedBytes::zeroed(Plan::within(&model, usize::MAX).arena_bytes());
    let error = Session::with_plan(&model, other, memory.as_mut_slice(), ()).err();
    assert_eq!(error, Some(SessionError::ForeignPlan));
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

/// Runs `pixels` through every plan of processors with and without vectors and compares all taps and results with the definitions'.
fn assert_plans_agree(model: &Model<'_>, pixels: &[u8]) {
    let expected = run_core(model, pixels, 0x00);
    let smallest = Plan::new(model.network()).arena_bytes();
    for kinds in [KernelSet::SCALAR, KernelSet::ALL] {
        let fastest = Plan::within_of(model, usize::MAX, kinds);
        let room = fastest.arena_bytes() - smallest;
        for step in 0..=4 {
            let plan = Plan::within_of(model, smallest + step * room / 4, kinds);
            assert_eq!(Plan::within_of(model, plan.arena_bytes(), kinds), plan, "its own length gives the plan");
            let found = run_core_planned(model, pixels, 0xa5, plan);
            for (found, expected) in found.taps.iter().zip(&expected.taps) {
                assert_eq!(found.values, expected.values, "{:?} on {kinds}", expected.tap);
            }
            let results = |run: &CoreRun| (run.scores_q16.clone(), run.maps.clone(), run.labels.clone());
            assert_eq!((found.taps.len(), results(&found)), (expected.taps.len(), results(&expected)));
        }
    }
}

#[test]
fn plans_with_deconvolutions_by_winograd_agree() {
    let input = InputSpec { width: 64, height: 48, channels: 3 };
    let network = Network::new(NetworkSpec::table2(0.125, input, 21)).expect("a preset is a network");
    // A model whose weights allow it for deconvolutions of both kinds.
    let allows = |seed: &u64| {
        let bytes = random_model::bytes(&network, *seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        let plan = Plan::within_of(&model, usize::MAX, KernelSet::ALL);
        let takes = |index| matches!(plan.deconvolution_kernel(index), DeconvolutionKernel::VectorWinograd { .. });
        let kind = |unpool| network.decoder().iter().enumerate().any(|(i, layer)| layer.unpool == unpool && takes(i));
        kind(true) && kind(false)
    };
    let seed = (0..100).find(allows).expect("one of these models is within the bounds");
    let bytes = random_model::bytes(&network, seed);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    assert_plans_agree(&model, &random_model::image(&network, seed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_plans_agree(network in networks(), seed in any::<u64>()) {
        let bytes = random_model::bytes(&network, seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        assert_plans_agree(&model, &random_model::image(&network, seed));
    }
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
