//! The core against the host model (candle, F64), value by value, at every layer and every output.

use host_trainer::host_model::HostModel;
use parity::agreement::assert_equal;
use parity::random_model;
use parity::recorder::{run_core, run_core_planned};
use parity::specs::networks;
use proptest::prelude::*;
use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};
use switchback::model::{Model, Network};
use switchback::stream::{KernelSet, Plan};

fn check(network: &Network, seed: u64) {
    let bytes = random_model::bytes(network, seed);
    let model = Model::parse(bytes.as_slice()).expect("a random model is valid");
    let pixels = random_model::image(network, seed);
    let host = HostModel::new(&model).and_then(|host| host.run(&pixels)).expect("the host model runs");
    assert_equal(network, &run_core(&model, &pixels, 0x00), &host);
    // The fastest plan, and one between the two.
    let (smallest, fastest) = (Plan::new(network), Plan::within(&model, usize::MAX));
    let room = fastest.arena_bytes() - smallest.arena_bytes();
    let middle = Plan::within(&model, smallest.arena_bytes() + (seed as usize % 16) * room / 16);
    for (plan, poison) in [(fastest, 0xa5), (middle, 0x5a)] {
        assert_eq!(Plan::within(&model, plan.arena_bytes()), plan, "the plan's own length gives the plan");
        assert_equal(network, &run_core_planned(&model, &pixels, poison, plan), &host);
    }
    for (budget, poison) in [(usize::MAX, 0xa5), (smallest.arena_bytes() + room / 2, 0x5a)] {
        let plan = Plan::within_of(&model, budget, KernelSet::ALL);
        let again = Plan::within_of(&model, plan.arena_bytes(), KernelSet::ALL);
        assert_eq!(again, plan, "the plan's own length gives the plan");
        assert_equal(network, &run_core_planned(&model, &pixels, poison, plan), &host);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn core_equals_host_model_on_random_networks(network in networks(), seed in any::<u64>()) {
        check(&network, seed);
    }
}

fn table(spec: NetworkSpec, head: HeadSpec) -> Network {
    Network::new(NetworkSpec { head, ..spec }).expect("a preset is a network")
}

#[test]
fn core_equals_host_model_on_table_1() {
    let input = InputSpec { width: 96, height: 96, channels: 1 };
    let spec = NetworkSpec::table1(0.125, input, 2);
    for (seed, head) in (0..).zip([HeadSpec::EVIDENCE, HeadSpec::PAPER_BINARY]) {
        check(&table(spec.clone(), head), seed);
    }
}

#[test]
fn core_equals_host_model_on_table_2() {
    let input = InputSpec { width: 64, height: 48, channels: 3 };
    check(&table(NetworkSpec::table2(0.0625, input, 21), HeadSpec::PAPER_MULTI_LABEL), 7);
}

/// Full width takes minutes: asked for by the environment variable `SWITCHBACK_SLOW`.
#[test]
fn core_equals_host_model_at_full_width() {
    if std::env::var_os("SWITCHBACK_SLOW").is_none() {
        eprintln!("skipped: full-width networks are compared when SWITCHBACK_SLOW is set");
        return;
    }
    let grey = InputSpec { width: 320, height: 320, channels: 1 };
    check(&table(NetworkSpec::table1(1.0, grey, 2), HeadSpec::EVIDENCE), 1);
    let colour = InputSpec { width: 224, height: 224, channels: 3 };
    check(&table(NetworkSpec::table2(1.0, colour, 21), HeadSpec::PAPER_MULTI_LABEL), 2);
}
