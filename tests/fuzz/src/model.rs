//! Model bytes -> `Model::parse` -> the smallest and the fastest plan -> an image, between guard bytes.

use parity::bounded_run::{push_rows, run_within_bounds};
use parity::sound_plan::assert_sound;
use switchback::model::{Model, Network};
use switchback::stream::Plan;

use crate::model_file;

/// Multiply-accumulates and elements of maps that an execution may take.
const MOST_WORK: u64 = 1 << 21;
/// The longest arena that is made.
const LONGEST_ARENA: usize = 1 << 24;

/// Parses the file of an input ([`model_file`]), plans and runs it: one image, or as many rows as are done in a short time.
///
/// # Panics
/// If a plan is not sound, a byte outside an arena is written, or more rows are made than the network has.
pub fn run(input: &[u8]) {
    let Some(file) = model_file::of_input(input) else { return };
    let Ok(model) = Model::parse(file.as_slice()) else { return };
    let network = model.network();
    let (smallest, fastest) = (Plan::new(network), Plan::within(&model, usize::MAX));
    assert!(smallest.arena_bytes() <= fastest.arena_bytes());
    for plan in [smallest, fastest] {
        assert_sound(&plan);
        if plan.arena_bytes() > LONGEST_ARENA {
            continue;
        }
        match work(network) {
            0..=MOST_WORK => run_within_bounds(&model, plan),
            work => push_rows(&model, plan, rows_within(network, work)),
        }
    }
}

/// Multiply-accumulates of all layers and elements of all maps, each of which takes some.
fn work(network: &Network) -> u64 {
    let encoder = network.encoder().iter().map(|layer| layer.input.elements() + layer.output.elements());
    let decoder = network.decoder().iter().map(|layer| layer.output.elements());
    let maps = 4 * network.map_shape().elements();
    let elements = encoder.chain(decoder).sum::<usize>() + maps;
    network.macs() + 16 * elements as u64
}

/// The rows that may be pushed of a network that takes too much `work` as a whole.
fn rows_within(network: &Network, work: u64) -> usize {
    (network.input().height as u64 * MOST_WORK / work) as usize
}
