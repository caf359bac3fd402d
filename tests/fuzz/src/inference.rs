//! A random valid network with random weights: the core's integers beside the host model's, bit for bit.
//!
//! An input is eight bytes that seed weights and pixels, one that chooses the plan, and the bytes that choose the network.

use host_trainer::host_model::HostModel;
use parity::agreement::assert_equal;
use parity::random_model;
use parity::recorder::run_core_planned;
use parity::sound_plan::assert_sound;
use parity::specs;
use switchback::model::Model;
use switchback::stream::{KernelSet, Plan};

/// Runs the image of an input.
///
/// # Panics
/// If core and host model differ in any value, or a byte outside the arena is written.
pub fn run(input: &[u8]) {
    let Some((&seed, rest)) = input.split_first_chunk() else { return };
    let Some((&choice, rest)) = rest.split_first() else { return };
    let Some(network) = rest.first_chunk().and_then(specs::network) else { return };
    let seed = u64::from_le_bytes(seed);
    let bytes = random_model::bytes(&network, seed);
    let model = Model::parse(bytes.as_slice()).expect("a random model is valid");
    let pixels = random_model::image(&network, seed);
    let plan = plan(&model, choice);
    assert_sound(&plan);
    let host = HostModel::new(&model).and_then(|host| host.run(&pixels)).expect("the host model runs");
    assert_equal(&network, &run_core_planned(&model, &pixels, choice, plan), &host);
}

/// One of the plans from the smallest to the fastest, of some kinds of kernels.
fn plan(model: &Model<'_>, choice: u8) -> Plan {
    let kinds = [KernelSet::ALL, KernelSet::SCALAR, KernelSet::HERE, KernelSet::DEFINITIONS][usize::from(choice & 3)];
    let smallest = Plan::new(model.network()).arena_bytes();
    let fastest = Plan::within_of(model, usize::MAX, kinds).arena_bytes();
    Plan::within_of(model, smallest + (fastest - smallest) * usize::from(choice >> 2) / 63, kinds)
}
