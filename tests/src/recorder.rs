//! The core run over a whole image, every value of every tap kept.

use switchback::model::{AlignedBytes, Model};
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

/// An arena of an exact length, filled with a poison, between guard bytes.
pub struct GuardedArena {
    memory: AlignedBytes,
    poison: u8,
}

impl GuardedArena {
    /// An arena of `bytes` bytes.
    pub fn new(bytes: usize, poison: u8) -> Self {
        let mut memory = AlignedBytes::zeroed(bytes + 2 * GUARD);
        memory.as_mut_slice().fill(poison);
        Self { memory, poison }
    }

    /// The arena.
    pub fn arena(&mut self) -> &mut [u8] {
        let memory = self.memory.as_mut_slice();
        let end = memory.len() - GUARD;
        &mut memory[GUARD..end]
    }

    /// Panics where a byte outside the arena was written.
    pub fn assert_untouched_outside(&self) {
        let memory = self.memory.as_slice();
        let mut outside = memory[..GUARD].iter().chain(&memory[memory.len() - GUARD..]);
        assert!(outside.all(|&byte| byte == self.poison), "a byte outside the arena was written");
    }
}

/// Runs the core over one image, every layer from its definition: see [`run_core_planned`].
pub fn run_core(model: &Model<'_>, pixels: &[u8], poison: u8) -> CoreRun {
    run_core_planned(model, pixels, poison, Plan::new(model.network()))
}

/// Runs the core over one image, in an arena of exactly the planned size filled with `poison`, between guard bytes.
pub fn run_core_planned(model: &Model<'_>, pixels: &[u8], poison: u8, plan: Plan) -> CoreRun {
    let mut memory = GuardedArena::new(plan.arena_bytes(), poison);
    let mut taps = TapValues::default();
    let mut session = Session::with_plan(model, plan, memory.arena(), &mut taps).expect("an arena of the planned size");
    for row in pixels.chunks_exact(model.network().input().row_elements()) {
        session.push_row(row).expect("a row of the right length");
    }
    let out = session.finish().expect("a whole image");
    let shape = out.shape();
    let scores_q16 = out.scores().iter().map(|s| s.to_bits().into()).collect();
    let maps =
        (0..shape.channels).map(|map| (0..shape.height).flat_map(|y| out.map_row(map, y)).copied().collect()).collect();
    let labels = (0..shape.height).flat_map(|y| out.label_row(y)).copied().collect();
    memory.assert_untouched_outside();
    CoreRun { taps: taps.maps(model.network()), scores_q16, maps, labels }
}
