//! First phase: rows go down through the convolutions as they arrive.

use core::ops::Range;

use heapless::Vec;
use zerocopy::FromBytes;

use super::observer::{Observer, Tap, TapRow};
use super::plan::{Buffer, Plan};
use super::ring::Ring;
use super::session::Session;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{EncoderLayer, Network};
use crate::ops;

/// Where the convolutions stand in the image.
pub(super) struct Encoder {
    layers: Vec<LayerState, MAX_CONVOLUTIONS>,
    /// The top map: whole where a decoder reads it, else its last row.
    pub(super) top: Ring,
}

/// One convolution: its input ring and how far it is.
struct LayerState {
    rows: Ring,
    switches: Ring,
    /// Input rows that have arrived.
    arrived: usize,
    /// Output rows made.
    made: usize,
}

impl Encoder {
    pub(super) fn new(network: &Network, plan: &Plan) -> Self {
        let layers = (0u8..).zip(network.encoder()).map(|(i, layer)| LayerState {
            rows: plan.ring(Buffer::ConvolutionRows(i), layer.input.row_elements()),
            switches: plan.ring(Buffer::Switches(i), ops::switch_row_bytes(layer.output.row_elements())),
            arrived: 0,
            made: 0,
        });
        let top = plan.ring(Buffer::Top, network.stage_shape(0).row_elements());
        Self { layers: layers.collect(), top }
    }

    pub(super) fn restart(&mut self) {
        for layer in &mut self.layers {
            (layer.arrived, layer.made) = (0, 0);
        }
    }

    /// Rows of the image that have arrived.
    pub(super) fn rows(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.arrived)
    }

    /// The switches of a convolution.
    pub(super) fn switches(&self, convolution: usize) -> Ring {
        self.layers.get(convolution).map(|layer| layer.switches).unwrap_or_default()
    }

    /// The output row that a layer can make now, if any.
    fn ready(&self, index: usize, layer: &EncoderLayer) -> Option<usize> {
        let state = self.layers.get(index)?;
        if state.made == layer.output.height {
            return None;
        }
        let last_convolution_row = if layer.pool { 2 * state.made + 1 } else { state.made };
        let needed = (last_convolution_row + layer.padding() + 1).min(layer.input.height);
        (state.arrived >= needed).then_some(state.made)
    }
}

impl<O: Observer> Session<'_, O> {
    /// Takes one row of pixels and makes every row of every layer that it completes.
    pub(super) fn encode_row(&mut self, pixels: &[u8]) {
        let y = self.rows();
        let Some(first) = self.encoder.layers.first_mut() else { return };
        first.arrived += 1;
        let slot = first.rows.slot(y);
        let channels = self.model.network().input().channels;
        if let Some(row) = self.arena.get_mut(slot).and_then(|bytes| <[i8]>::mut_from_bytes(bytes).ok()) {
            ops::input_row(self.model.input_table(), pixels, channels, row);
            self.observer.row(Tap::Input, y, TapRow::I8(row));
        }
        // A row that a layer makes is taken by the next one before another is made: rings hold no more than a window.
        let model = self.model;
        let layers = model.network().encoder();
        let mut index = 0;
        while let Some(layer) = layers.get(index) {
            if let Some(y) = self.encoder.ready(index, layer) {
                self.convolution_row(index, layer, y);
                index = (index + 1).min(layers.len() - 1);
            } else if index == 0 {
                break;
            } else {
                index -= 1;
            }
        }
    }

    /// Makes output row `y` of convolution `index`.
    fn convolution_row(&mut self, index: usize, layer: &EncoderLayer, y: usize) {
        let Some(state) = self.encoder.layers.get_mut(index) else { return };
        state.made += 1;
        let (rows, switches) = (state.rows, state.switches);
        let switch_slot = if switches.rows > 0 { switches.slot(y) } else { 0..0 };
        let next = self.encoder.layers.get_mut(index + 1);
        let is_top = next.is_none();
        let out_slot = match next {
            Some(next) => {
                next.arrived += 1;
                next.rows.slot(y)
            }
            None => self.encoder.top.slot(y),
        };
        let arrays = self.model.convolution(index);
        let Ok([memory, out, switches]) = self.arena.get_disjoint_mut([rows.range(), out_slot.clone(), switch_slot])
        else {
            return;
        };
        let first = if layer.pool { 2 * y } else { y };
        let count = layer.kernel + usize::from(layer.pool);
        if index == 0 {
            let memory = <[i8]>::ref_from_bytes(memory).unwrap_or(&[]);
            let window = rows.window(memory, first, layer.padding(), layer.input.height);
            ops::input_convolution_row(layer, &arrays, window.get(..count).unwrap_or(&[]), out, switches);
        } else {
            let window = rows.window(&*memory, first, layer.padding(), layer.input.height);
            ops::convolution_row(layer, &arrays, window.get(..count).unwrap_or(&[]), out, switches);
        }
        self.observer.row(Tap::Convolution(index as u8), y, TapRow::U8(out));
        if !switches.is_empty() {
            self.observer.row(Tap::Switches(index as u8), y, TapRow::U8(switches));
        }
        if is_top {
            self.stage_row(0, y, out_slot);
        }
    }

    /// Takes row `y` of a stage's feature map, at `row` of the arena, into its statistics and class sums.
    pub(super) fn stage_row(&mut self, stage: usize, y: usize, row: Range<usize>) {
        let network = self.model.network();
        if !network.head_reads(stage) {
            return;
        }
        let shape = network.stage_shape(stage);
        let sums = self.plan.ring(Buffer::ClassSums(stage as u8), 4 * shape.width * network.maps()).slot(y);
        let Ok([row, sums]) = self.arena.get_disjoint_mut([row, sums]) else { return };
        let Ok(sums) = <[i32]>::mut_from_bytes(sums) else { return };
        if let Some(statistics) = self.statistics.get_mut(stage) {
            statistics.add_row(row);
        }
        ops::class_sums_row(self.model.head_weights(stage), row, shape.channels, sums);
        self.observer.row(Tap::ClassSums(stage as u8), y, TapRow::I32(sums));
    }
}
