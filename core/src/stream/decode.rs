//! Second phase: the top map goes back up through the tied deconvolutions, row by row.

use heapless::Vec;
use zerocopy::FromBytes;

use super::observer::{Observer, Tap, TapRow};
use super::plan::{Buffer, Plan};
use super::ring::{MAX_WINDOW, Ring};
use super::session::Session;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, Network};
use crate::ops::{self, CellRow, DeconvolutionArrays};

/// Where the deconvolutions stand in the image.
pub(super) struct Decoder {
    layers: Vec<LayerState, MAX_CONVOLUTIONS>,
    last_row: Ring,
}

/// One deconvolution: its input ring and how far it is.
struct LayerState {
    rows: Ring,
    /// Input rows that have arrived; all of them where the input is the top map.
    arrived: usize,
    /// Output rows made.
    made: usize,
}

impl Decoder {
    pub(super) fn new(network: &Network, plan: &Plan) -> Self {
        let layers = (0u8..).zip(network.decoder()).map(|(i, layer)| {
            let buffer = if i == 0 { Buffer::Top } else { Buffer::DeconvolutionRows(i) };
            LayerState { rows: plan.ring(buffer, layer.input.row_elements()), arrived: 0, made: 0 }
        });
        let row_bytes = network.decoder().last().map_or(0, |layer| layer.output.row_elements());
        Self { layers: layers.collect(), last_row: plan.ring(Buffer::LastRow, row_bytes) }
    }

    pub(super) fn restart(&mut self) {
        for (i, layer) in self.layers.iter_mut().enumerate() {
            (layer.arrived, layer.made) = (if i == 0 { layer.rows.rows } else { 0 }, 0);
        }
    }

    /// The output row that a layer can make now, if any.
    fn ready(&self, index: usize, layer: &DecoderLayer) -> Option<usize> {
        let state = self.layers.get(index)?;
        if state.made == layer.output.height {
            return None;
        }
        let last = state.made + layer.padding();
        let needed = (if layer.unpool { last / 2 } else { last } + 1).min(layer.input.height);
        (state.arrived >= needed).then_some(state.made)
    }
}

impl<O: Observer> Session<'_, O> {
    /// Makes every row of every deconvolution.
    pub(super) fn decode(&mut self) {
        let model = self.model;
        let layers = model.network().decoder();
        let mut index = 0;
        while let Some(layer) = layers.get(index) {
            if let Some(y) = self.decoder.ready(index, layer) {
                self.deconvolution_row(index, layer, y);
                index = (index + 1).min(layers.len() - 1);
            } else if index == 0 {
                break;
            } else {
                index -= 1;
            }
        }
    }

    /// Makes output row `y` of deconvolution `index`.
    fn deconvolution_row(&mut self, index: usize, layer: &DecoderLayer, y: usize) {
        let Some(state) = self.decoder.layers.get_mut(index) else { return };
        state.made += 1;
        let rows = state.rows;
        let out_slot = match self.decoder.layers.get_mut(index + 1) {
            Some(next) => {
                next.arrived += 1;
                next.rows.slot(y)
            }
            None => self.decoder.last_row.slot(y),
        };
        let switches = if layer.unpool { self.encoder.switches(layer.convolution) } else { Ring::default() };
        let Some(multiplier) = self.model.deconvolution_multiplier(index) else { return };
        let arrays = DeconvolutionArrays::tied(self.model.convolution(layer.convolution), multiplier);
        let mut accumulators = self.plan.range(Buffer::Accumulators);
        accumulators.end = accumulators.start + 4 * layer.output.channels;
        let Ok([memory, switch_memory, accumulators, out]) =
            self.arena.get_disjoint_mut([rows.range(), switches.range(), accumulators, out_slot.clone()])
        else {
            return;
        };
        let Ok(accumulators) = <[i32]>::mut_from_bytes(accumulators) else { return };
        if layer.unpool {
            let first = y.saturating_sub(layer.padding()) / 2;
            let end = ((y + layer.padding()) / 2 + 1).min(layer.input.height);
            let cells: [CellRow<'_>; MAX_WINDOW] = core::array::from_fn(|i| CellRow {
                y: first + i,
                values: rows.row(memory, first + i),
                switches: switches.row(switch_memory, first + i),
            });
            let cells = cells.get(..end - first).unwrap_or(&[]);
            ops::unpool_deconvolution_row(layer, &arrays, y, cells, accumulators, out);
        } else {
            let window = rows.window(&*memory, y, layer.padding(), layer.input.height);
            let window = window.get(..layer.kernel).unwrap_or(&[]);
            ops::deconvolution_row(layer, &arrays, window, accumulators, out);
        }
        self.observer.row(Tap::Deconvolution(index as u8), y, TapRow::U8(out));
        if layer.ends_stage {
            self.stage_row(layer.stage, y, out_slot);
        }
    }
}
