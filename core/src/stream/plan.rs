//! The memory plan: which buffers there are, when they live and where they lie, from the network and how each
//! layer is computed.
//!
//! The same code on host and device, so the arena's size is known before anything is flashed.

use core::fmt;
use core::ops::Range;

use heapless::{String, Vec};

use super::choice::Choices;
use super::kernel_set::KernelSet;
use super::kernels::{ConvolutionKernel, DeconvolutionKernel, Kernels, linked};
use super::ring::Ring;
use crate::model::{Model, Network};
use crate::ops::{HISTOGRAM, cell_list_words, switch_row_bytes};

/// The arena starts at a multiple of this, and so does every part of it.
pub const ARENA_ALIGNMENT: usize = 8;

/// As many parts as the largest network has.
const MAX_PARTS: usize = 5 * 16 + 12;

/// When a buffer is needed. Phases follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Rows of the image arrive and go through the convolutions.
    Encode,
    /// The top map goes through the deconvolutions.
    Decode,
    /// Class maps, labels and scores.
    Finish,
}

/// What a part of the arena holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffer {
    /// Ring of input rows of a convolution, by index.
    ConvolutionRows(u8),
    /// The top map of the encoder.
    Top,
    /// Switches of a convolution, by index.
    Switches(u8),
    /// Ring of input rows of a deconvolution but the first, by index.
    DeconvolutionRows(u8),
    /// Ring of lists of the non-zeros of a deconvolution's input rows, by index.
    CellLists(u8),
    /// The last output rows of the last deconvolution.
    LastRow,
    /// What the convolutions compute in.
    ConvolutionScratch,
    /// What the deconvolutions compute in.
    DeconvolutionScratch,
    /// Class sums of a stage.
    ClassSums(u8),
    /// Logits of one row.
    LogitRow,
    /// All class maps.
    ClassMaps,
    /// Labels of all pixels.
    Labels,
    /// Histogram of a class map.
    Histogram,
}

/// A part of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it holds.
    pub buffer: Buffer,
    /// Its size.
    pub bytes: usize,
    /// The first phase that needs it.
    pub from: Phase,
    /// The last phase that needs it.
    pub to: Phase,
    /// Where it starts in the arena.
    pub offset: usize,
}

impl Part {
    /// Where it lies in the arena.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.bytes
    }

    /// Whether the part is needed in a phase.
    pub fn lives_in(&self, phase: Phase) -> bool {
        (self.from..=self.to).contains(&phase)
    }

    fn lives_with(&self, other: &Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// Its name in a network.
    pub fn name(&self, network: &Network) -> String<40> {
        let mut name = String::new();
        // Layer names have 16 bytes at most: it always fits.
        let _ = match self.buffer {
            Buffer::ConvolutionRows(i) => {
                fmt::write(&mut name, format_args!("{} input rows", network.convolution_name(i.into())))
            }
            Buffer::Top => fmt::write(&mut name, format_args!("top map")),
            Buffer::Switches(i) => {
                fmt::write(&mut name, format_args!("{} switches", network.convolution_name(i.into())))
            }
            Buffer::DeconvolutionRows(i) => match network.decoder().get(usize::from(i)) {
                Some(layer) => fmt::write(&mut name, format_args!("{} input rows", network.deconvolution_name(layer))),
                None => Ok(()),
            },
            Buffer::CellLists(i) => match network.decoder().get(usize::from(i)) {
                Some(layer) => fmt::write(&mut name, format_args!("{} cell lists", network.deconvolution_name(layer))),
                None => Ok(()),
            },
            Buffer::LastRow => fmt::write(&mut name, format_args!("last stage's row")),
            Buffer::ConvolutionScratch => fmt::write(&mut name, format_args!("convolutions' scratch")),
            Buffer::DeconvolutionScratch => fmt::write(&mut name, format_args!("deconvolutions' scratch")),
            Buffer::ClassSums(i) => fmt::write(&mut name, format_args!("stage{i} class sums")),
            Buffer::LogitRow => fmt::write(&mut name, format_args!("logit row")),
            Buffer::ClassMaps => fmt::write(&mut name, format_args!("class maps")),
            Buffer::Labels => fmt::write(&mut name, format_args!("labels")),
            Buffer::Histogram => fmt::write(&mut name, format_args!("histogram")),
        };
        name
    }
}

/// The memory plan of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    parts: Vec<Part, MAX_PARTS>,
    kernels: Kernels,
    arena_bytes: usize,
}

impl Plan {
    /// The plan of `network` with the smallest arena: every layer from its definition.
    pub fn new(network: &Network) -> Self {
        Self::with_kernels(network, Kernels::definitions(network))
    }

    /// A fast plan of `model` whose arena has at most `budget` bytes; where none has, the one with the smallest arena.
    ///
    /// Step by step, the layer changes its kernel that saves most. The length that the plan asks for, given as the budget,
    /// gives the same plan: a firmware's build and its program agree by this alone.
    pub fn within(model: &Model<'_>, budget: usize) -> Self {
        Self::within_of(model, budget, KernelSet::HERE)
    }

    /// [`Plan::within`] with kernels of `kinds` only, for another device than this one.
    pub fn within_of(model: &Model<'_>, budget: usize, kinds: KernelSet) -> Self {
        Self::chosen(&Choices::new(model, kinds), budget)
    }

    /// The plan that a trained model of `network` most likely has within `budget` bytes: as if its weights stayed within the
    /// bounds of every kernel.
    pub fn assuming_bounds(network: &Network, budget: usize, kinds: KernelSet) -> Self {
        Self::chosen(&Choices::assumed(network, kinds), budget)
    }

    fn chosen(choices: &Choices<'_>, budget: usize) -> Self {
        let mut plan = choices.fastest(budget);
        loop {
            // A plan that needs less than it was given might be another one with less: its length never grows here.
            let again = choices.fastest(plan.arena_bytes);
            if again == plan {
                return plan;
            }
            plan = again;
        }
    }

    pub(super) fn with_kernels(network: &Network, kernels: Kernels) -> Self {
        let mut parts = list(network, &kernels);
        let arena_bytes = place(&mut parts);
        Self { parts, kernels, arena_bytes }
    }

    /// Whether the plan is one of `network`'s that can run here.
    pub(super) fn is_of(&self, network: &Network) -> bool {
        let own = Self::with_kernels(network, self.kernels.clone());
        let layers = (self.kernels.encoder.len(), self.kernels.decoder.len());
        layers == (network.encoder().len(), network.decoder().len())
            && own.parts == self.parts
            && self.is_linked(network)
    }

    /// The same in an arena of at least `bytes`.
    pub(super) fn at_least(self, bytes: usize) -> Self {
        Self { arena_bytes: self.arena_bytes.max(bytes), ..self }
    }

    /// Whether all its kernels are linked here.
    pub fn is_linked(&self, network: &Network) -> bool {
        KernelSet::LINKED.contains(self.kinds(network))
    }

    /// The kinds of kernels that it takes for the layers of `network`, whose plan it is.
    pub fn kinds(&self, network: &Network) -> KernelSet {
        self.kernels.kinds(network)
    }

    pub(super) fn kernels(&self) -> &Kernels {
        &self.kernels
    }

    /// How a convolution is computed.
    pub fn convolution_kernel(&self, index: usize) -> ConvolutionKernel {
        self.kernels.convolution(index)
    }

    /// How a deconvolution is computed.
    pub fn deconvolution_kernel(&self, index: usize) -> DeconvolutionKernel {
        self.kernels.deconvolution(index)
    }

    /// Length that the arena must have at least.
    pub fn arena_bytes(&self) -> usize {
        self.arena_bytes
    }

    /// The parts, in the order the network uses them.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Bytes that live in a phase.
    pub fn phase_bytes(&self, phase: Phase) -> usize {
        phase_bytes(&self.parts, phase)
    }

    /// Where a buffer lies; empty where the network does not need it.
    pub(super) fn range(&self, buffer: Buffer) -> Range<usize> {
        self.parts.iter().find(|part| part.buffer == buffer).map_or(0..0, Part::range)
    }

    /// A buffer as a ring of rows.
    pub(super) fn ring(&self, buffer: Buffer, row_bytes: usize) -> Ring {
        let range = self.range(buffer);
        Ring { start: range.start, row_bytes, rows: range.len().checked_div(row_bytes).unwrap_or(0) }
    }
}

/// Every buffer that `network` needs with `kernels`, not yet placed.
fn list(network: &Network, kernels: &Kernels) -> Vec<Part, MAX_PARTS> {
    use Phase::{Decode, Encode, Finish};
    let mut parts = Vec::new();
    let mut add = |buffer, bytes, from, to| {
        // MAX_PARTS counts every buffer of the largest network.
        let _ = parts.push(Part { buffer, bytes, from, to, offset: 0 });
    };
    // A ring holds a window less one row, which is not enough to go on, and the rows that then arrive at once.
    let mut arriving = 1;
    let mut scratch = 0;
    for (i, layer) in (0u8..).zip(network.encoder()) {
        let kernel = kernels.convolution(i.into());
        let rows = kernel.window_rows(layer) - 1 + arriving;
        add(Buffer::ConvolutionRows(i), rows * layer.input.row_elements(), Encode, Encode);
        if layer.tied && layer.pool {
            let row = switch_row_bytes(layer.output.row_elements());
            add(Buffer::Switches(i), layer.output.height * row, Encode, Decode);
        }
        scratch = scratch.max(kernel.scratch_bytes(layer));
        arriving = kernel.output_rows(layer);
    }
    add(Buffer::ConvolutionScratch, scratch, Encode, Encode);
    let top = network.stage_shape(0);
    let has_decoder = !network.decoder().is_empty();
    let (top_rows, top_to) = if has_decoder { (top.height, Decode) } else { (arriving, Encode) };
    add(Buffer::Top, top_rows * top.row_elements(), Encode, top_to);
    let mut scratch = 0;
    for (i, layer) in (0u8..).zip(network.decoder()) {
        let kernel = kernels.deconvolution(i.into());
        if i > 0 {
            let rows = kernel.input_rows(layer, arriving);
            add(Buffer::DeconvolutionRows(i), rows * layer.input.row_elements(), Decode, Decode);
        }
        if let DeconvolutionKernel::Gather { parts } = kernel
            && linked(KernelSet::GATHER)
        {
            add(Buffer::CellLists(i), 3 * 4 * cell_list_words(layer, parts), Decode, Decode);
        }
        scratch = scratch.max(kernel.scratch_bytes(layer));
        arriving = kernel.output_rows();
    }
    if let Some(last) = network.decoder().last() {
        add(Buffer::LastRow, arriving * last.output.row_elements(), Decode, Decode);
        add(Buffer::DeconvolutionScratch, scratch, Decode, Decode);
    }
    for stage in (0..network.stages() + 1).filter(|&stage| network.head_reads(stage)) {
        let from = if stage == 0 { Encode } else { Decode };
        let sums = network.stage_shape(stage).pixels() * network.maps();
        add(Buffer::ClassSums(stage as u8), 4 * sums, from, Finish);
    }
    let maps = network.map_shape();
    add(Buffer::LogitRow, 4 * maps.row_elements(), Finish, Finish);
    add(Buffer::ClassMaps, maps.elements(), Finish, Finish);
    add(Buffer::Labels, maps.pixels(), Finish, Finish);
    add(Buffer::Histogram, 4 * HISTOGRAM, Finish, Finish);
    parts
}

/// What lives in a phase beside the scratch of its layers.
pub(super) fn bytes_beside_scratch(network: &Network, kernels: &Kernels, phase: Phase) -> usize {
    let mut parts = list(network, kernels);
    parts.retain(|part| !matches!(part.buffer, Buffer::ConvolutionScratch | Buffer::DeconvolutionScratch));
    phase_bytes(&parts, phase)
}

fn phase_bytes(parts: &[Part], phase: Phase) -> usize {
    parts.iter().filter(|part| part.lives_in(phase)).map(|part| aligned(part.bytes)).sum()
}

/// Gives every part the lowest offset where it meets no part that lives at the same time. Returns the length of the arena.
///
/// The parts of the busiest phase choose first, so that they lie without gaps; then parts that live longer, then larger
/// ones.
fn place(parts: &mut [Part]) -> usize {
    let phases = [Phase::Encode, Phase::Decode, Phase::Finish];
    let busiest = phases.into_iter().max_by_key(|&phase| phase_bytes(parts, phase)).unwrap_or(Phase::Encode);
    // In one number, which is compared in less code than three.
    let key = |part: &Part| {
        let span = part.to as u64 - part.from as u64;
        u64::from(part.lives_in(busiest)) << 63 | span << 61 | part.bytes as u64
    };
    let mut is_placed = [false; MAX_PARTS];
    let mut placed: Vec<Part, MAX_PARTS> = Vec::new();
    for _ in 0..parts.len() {
        // Not sorted: the sort of the standard library is 20 KB of code.
        let mut first: Option<(u64, &mut Part, &mut bool)> = None;
        for (part, done) in parts.iter_mut().zip(&mut is_placed) {
            let own = key(part);
            if !*done && first.as_ref().is_none_or(|&(largest, ..)| own > largest) {
                first = Some((own, part, done));
            }
        }
        let Some((_, part, done)) = first else { break };
        *done = true;
        let ends = placed.iter().filter(|other| other.lives_with(part)).map(|other| aligned(other.range().end));
        let fits = |offset: usize| {
            let end = offset + part.bytes;
            let meets = |other: &Part| other.lives_with(part) && offset < other.range().end && other.offset < end;
            !placed.iter().any(meets)
        };
        part.offset = core::iter::once(0).chain(ends).filter(|&offset| fits(offset)).min().unwrap_or(0);
        // As many as there are parts: it always fits.
        let _ = placed.push(*part);
    }
    placed.iter().map(|part| aligned(part.range().end)).max().unwrap_or(0)
}

const fn aligned(bytes: usize) -> usize {
    bytes.next_multiple_of(ARENA_ALIGNMENT)
}
