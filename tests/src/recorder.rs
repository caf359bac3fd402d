//! An observer that keeps every row of every tap, and the core run over a whole image.

use std::collections::HashMap;

use switchback::model::Model;
use switchback::stream::{Observer, Plan, Session, Tap, TapRow};

/// Rows of every tap, joined, as integers; switches are unpacked to one entry each.
#[derive(Debug, Default)]
pub struct Recorder {
    taps: HashMap<Tap, Vec<Vec<i64>>>,
}

impl Recorder {
    /// The values of a tap, all rows joined; `elements` a row cuts the padding of packed switches.
    pub fn values(&self, tap: Tap, elements: usize) -> Vec<i64> {
        let rows = self.taps.get(&tap).map_or(&[][..], |rows| rows.as_slice());
        rows.iter().flat_map(|row| row.iter().copied().take(elements)).collect()
    }

    /// Rows of a tap.
    pub fn rows(&self, tap: Tap) -> usize {
        self.taps.get(&tap).map_or(0, Vec::len)
    }
}

impl Observer for Recorder {
    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        let rows = self.taps.entry(tap).or_default();
        assert_eq!(rows.len(), y, "rows of {tap:?} come in order, each once");
        rows.push(match (tap, row) {
            (Tap::Switches(_), TapRow::U8(packed)) => {
                packed.iter().flat_map(|byte| (0..4).map(move |i| i64::from(byte >> (2 * i) & 3))).collect()
            }
            (_, TapRow::I8(values)) => values.iter().map(|&v| v.into()).collect(),
            (_, TapRow::U8(values)) => values.iter().map(|&v| v.into()).collect(),
            (_, TapRow::I32(values)) => values.iter().map(|&v| v.into()).collect(),
        });
    }
}

/// What a run of the core over one image gave.
#[derive(Debug)]
pub struct CoreRun {
    /// Every row of every tap.
    pub recorder: Recorder,
    /// In Q16, one a class.
    pub scores_q16: Vec<i64>,
    /// `[map][y][x]`.
    pub maps: Vec<Vec<u8>>,
    /// `[y][x]`.
    pub labels: Vec<u8>,
}

/// Bytes kept free before and behind the arena, which nothing may touch.
const GUARD: usize = 64;

/// Runs the core over one image, in an arena of exactly the planned size filled with `poison`, between guard bytes.
pub fn run_core(model: &Model<'_>, pixels: &[u8], poison: u8) -> CoreRun {
    let needed = Plan::new(model.network()).arena_bytes();
    let mut memory = switchback::model::AlignedBytes::zeroed(needed + 2 * GUARD);
    memory.as_mut_slice().fill(poison);
    let (before, rest) = memory.as_mut_slice().split_at_mut(GUARD);
    let (arena, behind) = rest.split_at_mut(needed);
    let mut recorder = Recorder::default();
    let mut session = Session::with_observer(model, arena, &mut recorder).expect("an arena of the planned size");
    for row in pixels.chunks_exact(model.network().input().row_elements()) {
        session.push_row(row).expect("a row of the right length");
    }
    let out = session.finish().expect("a whole image");
    let shape = out.shape();
    let scores_q16 = out.scores().iter().map(|s| s.to_bits().into()).collect();
    let maps = (0..shape.channels)
        .map(|map| (0..shape.height).flat_map(|y| out.map_row(map, y)).copied().collect())
        .collect();
    let labels = (0..shape.height).flat_map(|y| out.label_row(y)).copied().collect();
    assert!(before.iter().chain(behind.iter()).all(|&byte| byte == poison), "a byte outside the arena was written");
    CoreRun { recorder, scores_q16, maps, labels }
}
