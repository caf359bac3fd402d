//! The memory plan: no two parts that live together overlap, and the paper's networks stay within their budgets.

use parity::random_model;
use parity::sound_plan::assert_sound;
use parity::specs::networks;
use proptest::prelude::*;
use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};
use switchback::model::{Model, Network};
use switchback::stream::{ConvolutionKernel, DeconvolutionKernel, KernelSet, MAX_STORED_PLAN, Phase, Plan};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn parts_that_live_together_do_not_overlap(network in networks(), seed in any::<u64>(), extra in 0usize..8192) {
        let plan = Plan::new(&network);
        assert_sound(&plan);
        let bytes = random_model::bytes(&network, seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        for budget in [plan.arena_bytes() + extra, usize::MAX] {
            for kinds in [KernelSet::SCALAR, KernelSet::ALL] {
                let faster = Plan::within_of(&model, budget, kinds);
                assert_sound(&faster);
                prop_assert!(faster.arena_bytes() >= plan.arena_bytes() && faster.arena_bytes() <= budget);
            }
        }
        let busiest = [Phase::Encode, Phase::Decode, Phase::Finish].map(|p| plan.phase_bytes(p)).into_iter().max();
        prop_assert!(plan.arena_bytes() >= busiest.unwrap_or(0));
    }
}

/// Arena of a network in KiB, which must be no more than its busiest phase needs.
fn arena_kib(spec: NetworkSpec) -> f64 {
    let network = Network::new(spec).expect("a preset is a network");
    let plan = Plan::new(&network);
    assert_sound(&plan);
    plan.arena_bytes() as f64 / 1024.0
}

#[test]
fn table_1_at_full_width_stays_below_500_kib() {
    let input = InputSpec { width: 320, height: 320, channels: 1 };
    for head in [HeadSpec::EVIDENCE, HeadSpec::PAPER_BINARY] {
        let arena = arena_kib(NetworkSpec { head, ..NetworkSpec::table1(1.0, input, 2) });
        assert!(arena <= 500.0, "{arena} KiB");
    }
}

#[test]
fn processors_with_vectors_are_known_by_name() {
    let named = |cpu| KernelSet::of_processor(Some(cpu));
    assert_eq!([named("cortex-m55"), named("cortex-m85")], [KernelSet::ALL; 2]);
    assert_eq!([named("cortex-m33"), named("cortex"), KernelSet::of_processor(None)], [KernelSet::SCALAR; 3]);
}

/// Every layer of the paper's network gets a fast kernel in 512 KiB, scratch included.
#[test]
fn table_1_at_full_width_is_fast_in_512_kib() {
    let input = InputSpec { width: 320, height: 320, channels: 1 };
    let network = Network::new(NetworkSpec::table1(1.0, input, 2)).expect("a preset is a network");
    let mut arrays = random_model::arrays(&network, 1);
    // As a network trained from scratch has them; with large ones and extreme weights, parts cost as much as the definition.
    arrays.convolutions.iter_mut().for_each(|convolution| convolution.ratios.fill(1));
    let bytes = arrays.encode().expect("arrays of the network's own sizes");
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let plan = Plan::within(&model, 512 << 10);
    assert_sound(&plan);
    assert!(plan.arena_bytes() <= 512 << 10, "{} bytes", plan.arena_bytes());
    let mut convolutions = (0..network.encoder().len()).map(|i| plan.convolution_kernel(i));
    assert!(convolutions.all(|kernel| kernel != ConvolutionKernel::Definition), "{plan:?}");
    let mut deconvolutions = (0..network.decoder().len()).map(|i| plan.deconvolution_kernel(i));
    assert!(deconvolutions.all(|kernel| kernel != DeconvolutionKernel::Definition), "{plan:?}");
}

#[test]
fn table_2_at_full_width_stays_below_720_kib() {
    let input = InputSpec { width: 224, height: 224, channels: 3 };
    let arena = arena_kib(NetworkSpec::table2(1.0, input, 21));
    assert!(arena <= 720.0, "{arena} KiB");
}

#[test]
fn the_default_network_fits_a_small_board() {
    let input = InputSpec { width: 96, height: 96, channels: 1 };
    let arena = arena_kib(NetworkSpec::table1(0.125, input, 2));
    assert!(arena <= 20.0, "{arena} KiB");
}

proptest! {
    #[test]
    fn a_stored_plan_reads_back_and_damaged_ones_do_no_harm(
        network in networks(),
        seed in any::<u64>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let bytes = random_model::bytes(&network, seed);
        let model = Model::parse(bytes.as_slice()).expect("a valid model");
        for kinds in [KernelSet::DEFINITIONS, KernelSet::SCALAR, KernelSet::ALL] {
            let plan = Plan::within_of(&model, usize::MAX, kinds);
            prop_assert!(kinds.contains(plan.kinds(&network)));
            let mut buffer = [0; MAX_STORED_PLAN];
            let mut stored = plan.write(&mut buffer).to_vec();
            prop_assert!(!stored.is_empty());
            let read = Plan::read(&network, &stored).expect("what was written");
            prop_assert_eq!(read.parts(), plan.parts());
            prop_assert_eq!(read.kinds(&network), plan.kinds(&network));
            *place.get_mut(&mut stored) = byte;
            if let Ok(other) = Plan::read(&network, &stored) {
                assert_sound(&other);
            }
        }
    }
}

/// Where a change is meant to take other memory: `cargo run -p bench-inputs --features switchback/all-kernels -- memory`.
#[test]
fn plans_take_the_memory_that_is_kept() {
    let (found, kept) = (bench_inputs::memory::table().expect("models"), include_str!("../docs/plan-memory.csv"));
    let differ = found.lines().zip(kept.lines()).find(|(found, kept)| found != kept);
    assert_eq!(differ, None);
    assert_eq!(found.lines().count(), kept.lines().count());
}
