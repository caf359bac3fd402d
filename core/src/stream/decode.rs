//! Second phase: the top map goes back up through the tied deconvolutions, row by row.

use core::ops::Range;

use heapless::Vec;
use zerocopy::FromBytes;

use super::kernel_set::KernelSet;
use super::kernels::{DeconvolutionKernel, HAS_BLOCKS, linked};
use super::observer::{Observer, Tap, TapRow};
use super::plan::{Buffer, Plan};
use super::ring::{MAX_WINDOW, Ring};
use super::session::Session;
use crate::bounded::bounded;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, Network};
use crate::ops::{self, Blocking, CellRow, DeconvolutionArrays, DeconvolutionInput};

/// Where the deconvolutions stand in the image.
pub(super) struct Decoder {
    layers: Vec<LayerState, MAX_CONVOLUTIONS>,
    last_row: Ring,
}

/// One deconvolution: its input ring and how far it is.
struct LayerState {
    kernel: DeconvolutionKernel,
    rows: Ring,
    /// Lists of the last three input rows, where the kernel gathers.
    lists: Ring,
    /// Input rows that are listed.
    listed: usize,
    /// Input rows that have arrived; all of them where the input is the top map.
    arrived: usize,
    /// Output rows made.
    made: usize,
}

impl Decoder {
    pub(super) fn new(network: &Network, plan: &Plan) -> Self {
        let layers = (0u8..).zip(network.decoder()).map(|(i, layer)| {
            let buffer = if i == 0 { Buffer::Top } else { Buffer::DeconvolutionRows(i) };
            LayerState {
                kernel: plan.deconvolution_kernel(i.into()),
                rows: plan.ring(buffer, layer.input.row_elements()),
                lists: match plan.deconvolution_kernel(i.into()) {
                    DeconvolutionKernel::Gather { parts } if linked(KernelSet::GATHER) => {
                        plan.ring(Buffer::CellLists(i), 4 * ops::cell_list_words(layer, parts))
                    }
                    _ => Ring::default(),
                },
                listed: 0,
                arrived: 0,
                made: 0,
            }
        });
        let row_bytes = network.decoder().last().map_or(0, |layer| layer.output.row_elements());
        Self { layers: bounded(layers), last_row: plan.ring(Buffer::LastRow, row_bytes) }
    }

    pub(super) fn restart(&mut self) {
        for (i, layer) in self.layers.iter_mut().enumerate() {
            (layer.arrived, layer.made, layer.listed) = (if i == 0 { layer.rows.rows } else { 0 }, 0, 0);
        }
    }

    /// The output rows that a layer can make now; none where input is missing or all are made.
    fn ready(&self, index: usize, layer: &DecoderLayer) -> Range<usize> {
        let Some(state) = self.layers.get(index) else { return 0..0 };
        let end = (state.made + state.kernel.output_rows()).min(layer.output.height);
        let last = (end + layer.padding()).saturating_sub(1);
        let needed = (if layer.unpool { last / 2 } else { last } + 1).min(layer.input.height);
        if state.arrived < needed { 0..0 } else { state.made..end }
    }
}

/// The most output rows that one call of a kernel makes.
const MAX_BATCH: usize = 4;

impl<O: Observer> Session<'_, O> {
    /// Makes every row of every deconvolution.
    pub(super) fn decode(&mut self) {
        let model = self.model;
        let layers = model.network().decoder();
        let mut index = 0;
        while let Some(layer) = layers.get(index) {
            let rows = self.decoder.ready(index, layer);
            if !rows.is_empty() {
                self.deconvolution_rows(index, layer, rows);
                index = (index + 1).min(layers.len() - 1);
            } else if index == 0 {
                break;
            } else {
                index -= 1;
            }
        }
    }

    /// Makes output rows `ys` of deconvolution `index`.
    fn deconvolution_rows(&mut self, index: usize, layer: &DecoderLayer, ys: Range<usize>) {
        let Some(state) = self.decoder.layers.get_mut(index) else { return };
        state.made = ys.end;
        let kernel = state.kernel;
        let ring = match self.decoder.layers.get_mut(index + 1) {
            Some(next) => {
                next.arrived = ys.end;
                next.rows
            }
            None => self.decoder.last_row,
        };
        let slots: [Range<usize>; MAX_BATCH] = core::array::from_fn(|i| {
            let y = ys.start + i;
            if y < ys.end { ring.slot(y) } else { 0..0 }
        });
        match kernel {
            DeconvolutionKernel::Gather { parts } if linked(KernelSet::GATHER) => {
                self.gathered_rows(index, layer, parts, ys.clone(), slots.clone());
            }
            DeconvolutionKernel::GatherStrips { parts, columns } if linked(KernelSet::GATHER_STRIPS) => {
                self.gathered_strips(index, layer, (parts, columns), ys.clone(), slots.clone());
            }
            DeconvolutionKernel::BlockedWinograd(blocking) if HAS_BLOCKS => {
                self.dense_rows(index, layer, blocking, ys.clone(), slots.clone());
            }
            DeconvolutionKernel::VectorWinograd { tiles } if linked(KernelSet::VECTOR_WINOGRAD) => {
                self.vector_rows(index, layer, ys.clone(), tiles, slots.clone());
            }
            _ => self.direct_row(index, layer, ys.start, slots[0].clone()),
        }
        for (y, slot) in ys.zip(slots) {
            let row = self.arena.get(slot.clone()).unwrap_or(&[]);
            self.observer.row(Tap::Deconvolution(index as u8), y, TapRow::U8(row));
            if layer.ends_stage {
                self.stage_row(layer.stage, y, slot);
            }
        }
    }

    /// Output row `y` from the definition, into `slot` of the arena.
    fn direct_row(&mut self, index: usize, layer: &DecoderLayer, y: usize, slot: Range<usize>) {
        let Some(rows) = self.decoder.layers.get(index).map(|state| state.rows) else { return };
        let switches = if layer.unpool { self.encoder.switches(layer.convolution) } else { Ring::default() };
        let Some(multiplier) = self.model.deconvolution_multiplier(index) else { return };
        let arrays = DeconvolutionArrays::tied(self.model.convolution(layer.convolution), multiplier);
        let mut accumulators = self.plan.range(Buffer::DeconvolutionScratch);
        accumulators.end = accumulators.start + 4 * layer.output.channels;
        let Ok([memory, switch_memory, accumulators, out]) =
            self.arena.get_disjoint_mut([rows.range(), switches.range(), accumulators, slot])
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
            let cells = cells.get(..end.saturating_sub(first)).unwrap_or(&[]);
            ops::unpool_deconvolution_row(layer, &arrays, y, cells, accumulators, out);
        } else {
            let window = rows.window(&*memory, y, layer.padding(), layer.input.height);
            let window = window.get(..layer.kernel).unwrap_or(&[]);
            ops::deconvolution_row(layer, &arrays, window, accumulators, out);
        }
    }

    /// Output rows `ys` from the lists of the rows of cells around them, into `slots` of the arena.
    fn gathered_rows(
        &mut self,
        index: usize,
        layer: &DecoderLayer,
        parts: usize,
        ys: Range<usize>,
        slots: [Range<usize>; MAX_BATCH],
    ) {
        let cell = ys.start / 2;
        self.list_rows(index, layer, parts, (cell + 2).min(layer.input.height));
        let Some(lists) = self.decoder.layers.get(index).map(|state| state.lists) else { return };
        let Some(multiplier) = self.model.deconvolution_multiplier(index) else { return };
        let arrays = DeconvolutionArrays::tied(self.model.convolution(layer.convolution), multiplier);
        let scratch = self.plan.range(Buffer::DeconvolutionScratch);
        let [first, second, ..] = slots;
        let Ok([lists_memory, scratch, first, second]) =
            self.arena.get_disjoint_mut([lists.range(), scratch, first, second])
        else {
            return;
        };
        let Ok(scratch) = <[u32]>::mut_from_bytes(scratch) else { return };
        let lists_memory = &*lists_memory;
        let list = |cell: Option<usize>| match cell {
            Some(cell) if cell < layer.input.height => {
                <[u32]>::ref_from_bytes(lists.row(lists_memory, cell)).unwrap_or(&[])
            }
            _ => &[],
        };
        let lists = [list(cell.checked_sub(1)), list(Some(cell)), list(Some(cell + 1))];
        let mut out = [first, second];
        let Some(out) = out.get_mut(..ys.len()) else { return };
        ops::gather_rows(layer, &arrays, lists, parts, scratch, out);
    }

    /// The same, lists made on the way for strips of columns.
    fn gathered_strips(
        &mut self,
        index: usize,
        layer: &DecoderLayer,
        (parts, columns): (usize, usize),
        ys: Range<usize>,
        [first, second, ..]: [Range<usize>; MAX_BATCH],
    ) {
        let Some(rows) = self.decoder.layers.get(index).map(|state| state.rows) else { return };
        let switches = self.encoder.switches(layer.convolution);
        let Some(multiplier) = self.model.deconvolution_multiplier(index) else { return };
        let arrays = DeconvolutionArrays::tied(self.model.convolution(layer.convolution), multiplier);
        let scratch = self.plan.range(Buffer::DeconvolutionScratch);
        let ranges = [rows.range(), switches.range(), scratch, first, second];
        let Ok([memory, switch_memory, scratch, first, second]) = self.arena.get_disjoint_mut(ranges) else { return };
        let Ok(scratch) = <[u32]>::mut_from_bytes(scratch) else { return };
        let (memory, switch_memory, cell) = (&*memory, &*switch_memory, ys.start / 2);
        let row = |y: Option<usize>| match y {
            Some(y) if y < layer.input.height => {
                CellRow { y, values: rows.row(memory, y), switches: switches.row(switch_memory, y) }
            }
            _ => CellRow::default(),
        };
        let cells = [row(cell.checked_sub(1)), row(Some(cell)), row(Some(cell + 1))];
        let mut out = [first, second];
        let Some(out) = out.get_mut(..ys.len()) else { return };
        ops::gather_strip_rows(layer, &arrays, cells, parts, columns, scratch, out);
    }

    /// Output rows `ys` of a deconvolution that reads a dense map, into `slots` of the arena.
    fn dense_rows(
        &mut self,
        index: usize,
        layer: &DecoderLayer,
        blocking: Blocking,
        ys: Range<usize>,
        [first, second, ..]: [Range<usize>; MAX_BATCH],
    ) {
        let Some(rows) = self.decoder.layers.get(index).map(|state| state.rows) else { return };
        let Some(multiplier) = self.model.deconvolution_multiplier(index) else { return };
        let arrays = DeconvolutionArrays::tied(self.model.convolution(layer.convolution), multiplier);
        let scratch = self.plan.range(Buffer::DeconvolutionScratch);
        let Ok([memory, scratch, first, second]) = self.arena.get_disjoint_mut([rows.range(), scratch, first, second])
        else {
            return;
        };
        let Ok(scratch) = <[u32]>::mut_from_bytes(scratch) else { return };
        let window = rows.window(&*memory, ys.start, layer.padding(), layer.input.height);
        let window = window.get(..layer.kernel + 1).unwrap_or(&[]);
        let mut out = [first, second];
        let Some(out) = out.get_mut(..ys.len()) else { return };
        ops::dense_deconvolution_rows(layer, &arrays, window, blocking, scratch, out);
    }

    /// Output rows `ys`, up to four of them from a multiple of four on, into `slots` of the arena.
    fn vector_rows(
        &mut self,
        index: usize,
        layer: &DecoderLayer,
        ys: Range<usize>,
        tiles: usize,
        slots: [Range<usize>; MAX_BATCH],
    ) {
        let Some(rows) = self.decoder.layers.get(index).map(|state| state.rows) else { return };
        let switches = if layer.unpool { self.encoder.switches(layer.convolution) } else { Ring::default() };
        let Some(multiplier) = self.model.deconvolution_multiplier(index) else { return };
        let arrays = DeconvolutionArrays::tied(self.model.convolution(layer.convolution), multiplier);
        let scratch = self.plan.range(Buffer::DeconvolutionScratch);
        let [o0, o1, o2, o3] = slots;
        let ranges = [rows.range(), switches.range(), scratch, o0, o1, o2, o3];
        let Ok([memory, switch_memory, scratch, o0, o1, o2, o3]) = self.arena.get_disjoint_mut(ranges) else { return };
        let Ok(scratch) = <[u32]>::mut_from_bytes(scratch) else { return };
        let (memory, switch_memory) = (&*memory, &*switch_memory);
        let input = if layer.unpool {
            DeconvolutionInput::Unpooled(core::array::from_fn(|i| match (ys.start / 2 + i).checked_sub(1) {
                Some(y) if y < layer.input.height => {
                    CellRow { y, values: rows.row(memory, y), switches: switches.row(switch_memory, y) }
                }
                _ => CellRow::default(),
            }))
        } else {
            let window = rows.window(memory, ys.start, 1, layer.input.height);
            DeconvolutionInput::Dense(core::array::from_fn(|i| window.get(i).copied().unwrap_or(&[])))
        };
        let mut out = [o0, o1, o2, o3];
        let Some(out) = out.get_mut(..ys.len()) else { return };
        ops::vector_deconvolution_rows(layer, &arrays, &input, tiles, scratch, out);
    }

    /// Lists the input rows of a deconvolution that are not listed yet, up to `end`.
    fn list_rows(&mut self, index: usize, layer: &DecoderLayer, parts: usize, end: usize) {
        let switches = self.encoder.switches(layer.convolution);
        let ratios = self.model.convolution(layer.convolution).ratios;
        let Some(state) = self.decoder.layers.get_mut(index) else { return };
        for y in state.listed..end {
            let ranges = [state.rows.slot(y), switches.slot(y), state.lists.slot(y)];
            let Ok([values, switches, list]) = self.arena.get_disjoint_mut(ranges) else { continue };
            let Ok(list) = <[u32]>::mut_from_bytes(list) else { continue };
            ops::write_cell_list(layer, ratios, &CellRow { y, values, switches }, parts, list);
        }
        state.listed = state.listed.max(end);
    }
}
