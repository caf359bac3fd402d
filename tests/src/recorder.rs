//! The core run over a whole image, every value of every tap kept.

use switchback::model::Model;
use switchback::stream::{Plan, Session, TapMap, TapValues};

/// What a run of the core over one image gave.
#[derive(Debug)]
pub struct CoreRun {
    /// Every value of every tap.
    pub taps: Vec<TapMap>,
    /// In Q16, one a class.
    pub scores_q16: Vec<i64>,
    /// `[map][y][x]`.
    pub maps: Vec<Vec<u8>>,
    /// `[y][x]`.
    pub labels: Vec<u8>,
}

/// Bytes kept free before and behind the arena, which nothing may touch.
const GUARD: usize = 64;

/// Runs the core over one image, every layer from its definition: see [`run_core_planned`].
pub fn run_core(model: &Model<'_>, pixels: &[u8], poison: u8) -> CoreRun {
    run_core_planned(model, pixels, poison, Plan::new(model.network()))
}

/// Runs the core over one image, in an arena of exactly the planned size filled with `poison`, between guard bytes.
pub fn run_core_planned(model: &Model<'_>, pixels: &[u8], poison: u8, plan: Plan) -> CoreRun {
    let needed = plan.arena_bytes();
    let mut memory = switchback::model::AlignedBytes::zeroed(needed + 2 * GUARD);
    memory.as_mut_slice().fill(poison);
    let (before, rest) = memory.as_mut_slice().split_at_mut(GUARD);
    let (arena, behind) = rest.split_at_mut(needed);
    let mut taps = TapValues::default();
    let mut session = Session::with_plan(model, plan, arena, &mut taps).expect("an arena of the planned size");
    for row in pixels.chunks_exact(model.network().input().row_elements()) {
        session.push_row(row).expect("a row of the right length");
    }
    let out = session.finish().expect("a whole image");
    let shape = out.shape();
    let scores_q16 = out.scores().iter().map(|s| s.to_bits().into()).collect();
    let maps =
        (0..shape.channels).map(|map| (0..shape.height).flat_map(|y| out.map_row(map, y)).copied().collect()).collect();
    let labels = (0..shape.height).flat_map(|y| out.label_row(y)).copied().collect();
    assert!(before.iter().chain(behind.iter()).all(|&byte| byte == poison), "a byte outside the arena was written");
    CoreRun { taps: taps.maps(model.network()), scores_q16, maps, labels }
}
