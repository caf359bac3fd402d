//! The bytes of a stored plan -> `Plan::read`, for networks with every kind of layer.
//!
//! What is read is not run: that its kernels are exact for a model's weights is proven by who stores a plan.

use std::sync::LazyLock;

use parity::sound_plan::assert_sound;
use switchback::model::Network;
use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};
use switchback::stream::{MAX_STORED_PLAN, Plan};

/// The networks; the first byte of an input chooses one.
pub static NETWORKS: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let input = |width, height, channels| InputSpec { width, height, channels };
    let table1 = NetworkSpec::table1(0.125, input(64, 48, 1), 2);
    let specs = [
        NetworkSpec { head: HeadSpec::PAPER_BINARY, ..table1.clone() },
        NetworkSpec { stages: 1, ..table1 },
        NetworkSpec::table2(0.0625, input(64, 64, 3), 21),
    ];
    specs.into_iter().map(|spec| Network::new(spec).expect("a preset is a network")).collect()
});

/// Reads the plan of an input.
///
/// # Panics
/// If a plan is taken that is not sound or does not give its own bytes again.
pub fn run(input: &[u8]) {
    let Some((&choice, bytes)) = input.split_first() else { return };
    let network = &NETWORKS[usize::from(choice) % NETWORKS.len()];
    let Ok(plan) = Plan::read(network, bytes) else { return };
    assert_sound(&plan);
    let mut buffer = [0; MAX_STORED_PLAN];
    let again = Plan::read(network, plan.write(&mut buffer)).expect("what was written");
    assert_eq!(again, plan);
    assert_eq!(plan.is_linked(network), again.is_linked(network));
}
