//! First phase: rows go down through the convolutions as they arrive.

use core::ops::Range;

use heapless::Vec;
use zerocopy::FromBytes;

use super::kernel_set::KernelSet;
use super::kernels::{ConvolutionKernel, HAS_BLOCKS, HAS_WINOGRAD, linked};
use super::observer::{Observer, Tap, TapRow};
use super::plan::{Buffer, Plan};
use super::ring::Ring;
use super::session::Session;
use crate::bounded::bounded;
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
    kernel: ConvolutionKernel,
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
            kernel: plan.convolution_kernel(i.into()),
            rows: plan.ring(Buffer::ConvolutionRows(i), layer.input.row_elements()),
            switches: plan.ring(Buffer::Switches(i), ops::switch_row_bytes(layer.output.row_elements())),
            arrived: 0,
            made: 0,
        });
        let top = plan.ring(Buffer::Top, network.stage_shape(0).row_elements());
        Self { layers: bounded(layers), top }
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

    /// The output rows that a layer can make now; none where input is missing or all are made.
    fn ready(&self, index: usize, layer: &EncoderLayer) -> Range<usize> {
        let Some(state) = self.layers.get(index) else { return 0..0 };
        let first = if layer.pool { 2 * state.made } else { state.made };
        let last = first + state.kernel.convolution_rows(layer) - 1;
        let needed = (last + layer.padding() + 1).min(layer.input.height);
        if state.arrived < needed {
            return 0..0;
        }
        state.made..(state.made + state.kernel.output_rows(layer)).min(layer.output.height)
    }
}

/// The most output rows that one call of a kernel makes.
const MAX_BATCH: usize = 4;

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
        // Rows that a layer makes are taken by the next one before others are made: rings hold little more than a window.
        let model = self.model;
        let layers = model.network().encoder();
        let mut index = 0;
        while let Some(layer) = layers.get(index) {
            let rows = self.encoder.ready(index, layer);
            if !rows.is_empty() {
                self.convolution_rows(index, layer, rows);
                index = (index + 1).min(layers.len() - 1);
            } else if index == 0 {
                break;
            } else {
                index -= 1;
            }
        }
    }

    /// Makes output rows `ys` of convolution `index`.
    fn convolution_rows(&mut self, index: usize, layer: &EncoderLayer, ys: Range<usize>) {
        let Some(state) = self.encoder.layers.get_mut(index) else { return };
        state.made = ys.end;
        let (kernel, rows, switches) = (state.kernel, state.rows, state.switches);
        let next = self.encoder.layers.get_mut(index + 1);
        let is_top = next.is_none();
        let ring = match next {
            Some(next) => {
                next.arrived = ys.end;
                next.rows
            }
            None => self.encoder.top,
        };
        // Where there is no row, an empty one.
        let slots = |ring: Ring| -> [Range<usize>; MAX_BATCH] {
            core::array::from_fn(|i| {
                let y = ys.start + i;
                if y < ys.end && ring.rows > 0 { ring.slot(y) } else { 0..0 }
            })
        };
        let (out_slots, switch_slots) = (slots(ring), slots(switches));
        let scratch = self.plan.range(Buffer::ConvolutionScratch);
        let [o0, o1, o2, o3] = out_slots.clone();
        let [s0, s1, s2, s3] = switch_slots;
        let ranges = [rows.range(), scratch, o0, o1, o2, o3, s0, s1, s2, s3];
        let Ok([memory, scratch, o0, o1, o2, o3, s0, s1, s2, s3]) = self.arena.get_disjoint_mut(ranges) else { return };
        let Ok(scratch) = <[u32]>::mut_from_bytes(scratch) else { return };
        let (mut out, mut switches) = ([o0, o1, o2, o3], [s0, s1, s2, s3]);
        let (Some(out), Some(switches)) = (out.get_mut(..ys.len()), switches.get_mut(..ys.len())) else { return };
        let first = if layer.pool { 2 * ys.start } else { ys.start };
        let count = kernel.window_rows(layer);
        let arrays = self.model.convolution(index);
        if index == 0 {
            let memory = <[i8]>::ref_from_bytes(memory).unwrap_or(&[]);
            let window = rows.window(memory, first, layer.padding(), layer.input.height);
            let window = window.get(..count).unwrap_or(&[]);
            let ([out], [switches]) = (out, switches) else { return };
            match kernel {
                ConvolutionKernel::InputDirect if linked(KernelSet::INPUT_DIRECT) => {
                    ops::input_direct_rows(layer, &arrays, window, scratch, out, switches);
                }
                ConvolutionKernel::VectorWindows if linked(KernelSet::VECTOR_WINDOWS) => {
                    ops::input_window_rows(layer, &arrays, window, scratch, out, switches);
                }
                ConvolutionKernel::InputWinograd { groups } if linked(KernelSet::INPUT_WINOGRAD) => {
                    ops::input_winograd_rows(layer, &arrays, window, groups, scratch, out, switches);
                }
                _ => ops::input_convolution_row(layer, &arrays, window, out, switches),
            }
        } else {
            let window = rows.window(&*memory, first, layer.padding(), layer.input.height);
            let window = window.get(..count).unwrap_or(&[]);
            match (kernel, out, switches) {
                (ConvolutionKernel::Winograd { tiles }, out, switches) if HAS_WINOGRAD => {
                    ops::winograd_rows(layer, &arrays, window, tiles, scratch, out, switches);
                }
                (ConvolutionKernel::VectorWinograd { tiles }, out, switches) if linked(KernelSet::VECTOR_WINOGRAD) => {
                    ops::vector_winograd_rows(layer, &arrays, window, tiles, scratch, out, switches);
                }
                (ConvolutionKernel::BlockedWinograd(blocking), out, switches) if HAS_BLOCKS => {
                    ops::blocked_winograd_rows(layer, &arrays, window, blocking, scratch, out, switches);
                }
                (_, [out], [switches]) => ops::convolution_row(layer, &arrays, window, out, switches),
                _ => {}
            }
        }
        for (y, slot) in ys.zip(out_slots) {
            self.convolution_row_made(index, y, slot, is_top);
        }
    }

    /// Shows row `y` of convolution `index`, at `row` of the arena, with its switches, and takes it into stage 0.
    fn convolution_row_made(&mut self, index: usize, y: usize, row: Range<usize>, is_top: bool) {
        let values = self.arena.get(row.clone()).unwrap_or(&[]);
        self.observer.row(Tap::Convolution(index as u8), y, TapRow::U8(values));
        let switches = self.encoder.switches(index);
        if switches.rows > 0 {
            let switches = self.arena.get(switches.slot(y)).unwrap_or(&[]);
            self.observer.row(Tap::Switches(index as u8), y, TapRow::U8(switches));
        }
        if is_top {
            self.stage_row(0, y, row);
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
