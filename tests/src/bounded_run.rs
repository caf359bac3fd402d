//! Models that may be anything but invalid, run: within the arena, in no more rows than the network has.

use switchback::model::{Model, Network};
use switchback::stream::{Plan, Session};

use crate::random_model;
use crate::recorder::{GuardedArena, run_core_planned};

/// The rows of all maps that an image of a network can have.
fn most_rows(network: &Network) -> usize {
    let convolutions: usize = network.encoder().iter().map(|layer| 2 * layer.output.height).sum();
    let deconvolutions: usize = network.decoder().iter().map(|layer| layer.output.height).sum();
    let sums: usize = (0..=network.stages()).map(|stage| network.stage_shape(stage).height).sum();
    network.input().height + convolutions + deconvolutions + sums + network.map_shape().height * (2 + network.maps())
}

/// Runs one image by a plan, between guard bytes, each row of each map once; no more of them than the network has.
pub fn run_within_bounds(model: &Model<'_>, plan: Plan) {
    let pixels = random_model::image(model.network(), 3);
    let maps = run_core_planned(model, &pixels, 0xa5, plan).taps;
    let rows: usize = maps.iter().map(|map| map.shape[0]).sum();
    assert!(rows <= most_rows(model.network()), "{rows} rows, {} expected at most", most_rows(model.network()));
}

/// Pushes the first `rows` rows of an image by a plan, between guard bytes: for networks that take too long as a whole.
pub fn push_rows(model: &Model<'_>, plan: Plan, rows: usize) {
    let mut memory = GuardedArena::new(plan.arena_bytes(), 0xa5);
    let mut session = Session::with_plan(model, plan, memory.arena(), ()).expect("an arena of the planned size");
    let row = vec![0x80; model.network().input().row_elements()];
    for _ in 0..rows.min(model.network().input().height) {
        session.push_row(&row).expect("a row of the right length");
    }
    memory.assert_untouched_outside();
}
