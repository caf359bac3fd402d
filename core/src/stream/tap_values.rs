//! Feature `alloc`, for hosts: an observer that keeps every value of every tap, unpacked and widened.

extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::observer::{Observer, Tap, TapRow};
use crate::model::{MapShape, Network};

/// One tap's whole map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapMap {
    /// Where it was watched.
    pub tap: Tap,
    /// `[rows, columns, channels]`.
    pub shape: [usize; 3],
    /// Row by row, channels last.
    pub values: Vec<i64>,
}

/// Keeps all values of an image.
#[derive(Debug, Default)]
pub struct TapValues {
    rows: BTreeMap<u16, (Option<Tap>, Vec<Vec<i64>>)>,
}

impl Observer for TapValues {
    fn row(&mut self, tap: Tap, y: usize, row: TapRow<'_>) {
        let values = match (tap, row) {
            (Tap::Switches(_), TapRow::U8(packed)) => {
                packed.iter().flat_map(|byte| (0..4).map(move |i| i64::from(byte >> (2 * i) & 3))).collect()
            }
            (_, TapRow::I8(values)) => values.iter().map(|&v| v.into()).collect(),
            (_, TapRow::U8(values)) => values.iter().map(|&v| v.into()).collect(),
            (_, TapRow::I32(values)) => values.iter().map(|&v| v.into()).collect(),
        };
        let entry = self.rows.entry(tap.index()).or_default();
        debug_assert_eq!(entry.1.len(), y, "rows of a tap come in order, each once");
        entry.0 = Some(tap);
        entry.1.push(values);
    }
}

impl TapValues {
    /// The maps in the order of the taps, each with its shape in `network`; the padding of packed switches is cut off.
    pub fn maps(self, network: &Network) -> Vec<TapMap> {
        let taps = self.rows.into_values().filter_map(|(tap, rows)| Some((tap?, rows)));
        taps.map(|(tap, rows)| {
            let (width, channels) = row_shape(tap, network);
            let values = rows.iter().flat_map(|row| row.iter().copied().take(width * channels)).collect();
            TapMap { tap, shape: [rows.len(), width, channels], values }
        })
        .collect()
    }
}

/// Columns and channels of a tap's rows.
fn row_shape(tap: Tap, network: &Network) -> (usize, usize) {
    let maps = network.map_shape();
    let of = |shape: MapShape| (shape.width, shape.channels);
    match tap {
        Tap::Input => of(network.input()),
        Tap::Convolution(i) | Tap::Switches(i) => {
            network.encoder().get(usize::from(i)).map_or((0, 0), |layer| of(layer.output))
        }
        Tap::Deconvolution(i) => network.decoder().get(usize::from(i)).map_or((0, 0), |layer| of(layer.output)),
        Tap::ClassSums(stage) => (network.stage_shape(stage.into()).width, maps.channels),
        Tap::Logits => of(maps),
        Tap::Labels | Tap::ClassMap(_) => (maps.width, 1),
    }
}
