//! Which kernels a plan takes: those that are exact for the model's weights, as fast as the arena allows.
//!
//! Costs are instructions for 1000 dense multiply-accumulates on a processor with the DSP extension, roughly: they only
//! order the kernels of one layer and weigh layers against each other. They are integers and the same everywhere, so that a
//! host and a device choose alike.

use heapless::Vec;

use super::kernels::{ConvolutionKernel, DeconvolutionKernel, Kernels, Replacement};
use super::plan::{Phase, Plan, bytes_beside_scratch};
use crate::model::bounds::convolution_bound;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, EncoderLayer, Model, Network};
use crate::ops::{self, Blocking};

/// Accumulators of a layer that F(4x4,3x3) computes stay below this: what removes its scale exactly.
const MAX_WINOGRAD_ACCUMULATOR: i64 = 1 << 25;
/// The same for F(2x4,3x3).
const MAX_BLOCKED_ACCUMULATOR: i64 = 1 << 27;
/// The same for kernels of the network's input.
const MAX_INPUT_ACCUMULATOR: i64 = 1 << 28;
/// What definitions cost.
const DEFINITION: u64 = 4000;
/// Tiles, groups and columns that are kept at a time.
const WIDTHS: [usize; 12] = [1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 64, 128];
/// Channels that pass at a time.
const CHANNELS: [usize; 10] = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/// What is exact for a layer.
#[derive(Clone, Copy)]
enum Exact {
    Input,
    /// F(2x4,3x3) and, if so said, F(4x4,3x3).
    Winograd {
        four_rows: bool,
    },
    Gather {
        parts: usize,
    },
    Dense,
    Nothing,
}

/// What is exact for each layer of a model: convolutions, then deconvolutions.
pub(super) struct Choices<'m> {
    network: &'m Network,
    encoder: Vec<Exact, MAX_CONVOLUTIONS>,
    decoder: Vec<Exact, MAX_CONVOLUTIONS>,
}

impl<'m> Choices<'m> {
    /// Reads every weight.
    pub(super) fn new(model: &'m Model<'_>) -> Self {
        let network = model.network();
        let encoder = network.encoder().iter().enumerate().map(|(i, layer)| exact_convolution(model, i, layer));
        let decoder = network.decoder().iter().map(|layer| exact_deconvolution(model, layer));
        Self { network, encoder: encoder.collect(), decoder: decoder.collect() }
    }

    /// The faster of two plans within `budget`: one that takes any kernel as soon as it fits, and one that first gives every
    /// layer a kernel that needs no memory but scratch.
    pub(super) fn fastest(&self, budget: usize) -> Plan {
        let definitions = Plan::with_kernels(self.network, Kernels::definitions(self.network));
        let smallest = definitions.arena_bytes();
        let budget = budget.max(smallest);
        let direct = self.climb(definitions.clone(), budget, |_| true);
        let thrifty = self.climb(definitions, budget, |replacement| {
            !matches!(
                replacement,
                Replacement::Convolution(_, ConvolutionKernel::Winograd { .. })
                    | Replacement::Deconvolution(_, DeconvolutionKernel::Gather { .. })
            )
        });
        let thrifty = self.climb(thrifty, budget, |_| true);
        let faster = if self.cost(thrifty.kernels()) < self.cost(direct.kernels()) { thrifty } else { direct };
        // The definitions' length is the smallest there is, even where other kernels happen to lie closer.
        faster.at_least(smallest)
    }

    /// From `plan` on, the layer that saves most by another kind of kernel takes it, as long as there is one within `budget`.
    fn climb(&self, mut plan: Plan, budget: usize, allowed: fn(&Replacement) -> bool) -> Plan {
        let mut least = self.cost(plan.kernels());
        loop {
            let mut better = None;
            for replacement in self.replacements().filter(allowed) {
                let Some(kernels) = self.sized(plan.kernels(), replacement, budget) else { continue };
                let cost = self.cost(&kernels);
                if cost < least {
                    let candidate = Plan::with_kernels(self.network, kernels);
                    if candidate.arena_bytes() <= budget {
                        (least, better) = (cost, Some(candidate));
                    }
                }
            }
            match better {
                Some(better) => plan = better,
                None => return plan,
            }
        }
    }

    /// Every exact kind of kernel of every layer.
    fn replacements(&self) -> impl Iterator<Item = Replacement> + '_ {
        let encoder = self.encoder.iter().enumerate().flat_map(|(i, &exact)| {
            convolution_kinds(exact).into_iter().map(move |kind| Replacement::Convolution(i, kind))
        });
        let decoder = self.decoder.iter().enumerate().flat_map(|(i, &exact)| {
            deconvolution_kinds(exact).into_iter().map(move |kind| Replacement::Deconvolution(i, kind))
        });
        encoder.chain(decoder)
    }

    /// Kernels with one layer's kind replaced, each layer of its phase with the scratch that is fastest in the room that the
    /// other buffers leave. The other phase has the same room as before.
    fn sized(&self, kernels: &Kernels, replacement: Replacement, budget: usize) -> Option<Kernels> {
        let room = |kernels: &Kernels, phase| budget.checked_sub(bytes_beside_scratch(self.network, kernels, phase));
        let mut replaced = kernels.with(replacement);
        match replacement {
            Replacement::Convolution(i, _) => {
                let new = room(&replaced, Phase::Encode)?;
                // In the same room the other layers are as fast as they can be.
                let same = room(kernels, Phase::Encode) == Some(new);
                let layers = self.network.encoder().iter().zip(&mut replaced.encoder).enumerate();
                for (_, (layer, kernel)) in layers.filter(|&(index, _)| index == i || !same) {
                    *kernel = fastest_convolution(layer, *kernel, new)?;
                }
            }
            Replacement::Deconvolution(i, _) => {
                let new = room(&replaced, Phase::Decode)?;
                let same = room(kernels, Phase::Decode) == Some(new);
                let layers = self.network.decoder().iter().zip(&mut replaced.decoder).enumerate();
                for (_, (layer, kernel)) in layers.filter(|&(index, _)| index == i || !same) {
                    *kernel = fastest_deconvolution(layer, *kernel, new)?;
                }
            }
        }
        Some(replaced)
    }

    fn cost(&self, kernels: &Kernels) -> u64 {
        let encoder = self.network.encoder().iter().zip(&kernels.encoder);
        let decoder = self.network.decoder().iter().zip(&kernels.decoder);
        let encoder = encoder.map(|(layer, &kernel)| convolution_cost(layer, kernel) * layer.macs());
        encoder.chain(decoder.map(|(layer, &kernel)| deconvolution_cost(layer, kernel) * layer.macs())).sum()
    }
}

/// The smallest blocks.
const SMALLEST: Blocking = Blocking { tiles: 4, filters: 2, channels: 4 };

/// One kernel of each kind, whatever its scratch.
fn convolution_kinds(exact: Exact) -> Vec<ConvolutionKernel, 2> {
    let kinds: &[ConvolutionKernel] = match exact {
        Exact::Input => &[ConvolutionKernel::InputDirect, ConvolutionKernel::InputWinograd { groups: 1 }],
        Exact::Winograd { four_rows: true } => {
            &[ConvolutionKernel::Winograd { tiles: 1 }, ConvolutionKernel::BlockedWinograd(SMALLEST)]
        }
        Exact::Winograd { four_rows: false } => &[ConvolutionKernel::BlockedWinograd(SMALLEST)],
        _ => &[],
    };
    kinds.iter().copied().collect()
}

fn deconvolution_kinds(exact: Exact) -> Vec<DeconvolutionKernel, 2> {
    match exact {
        Exact::Gather { parts } => {
            let kinds =
                [DeconvolutionKernel::Gather { parts }, DeconvolutionKernel::GatherStrips { parts, columns: 1 }];
            kinds.into_iter().collect()
        }
        Exact::Dense => core::iter::once(DeconvolutionKernel::BlockedWinograd(SMALLEST)).collect(),
        _ => Vec::new(),
    }
}

/// The fastest kernel of a kind with at most `room` bytes of scratch.
fn fastest_convolution(layer: &EncoderLayer, kind: ConvolutionKernel, room: usize) -> Option<ConvolutionKernel> {
    let widths = |all: usize| WIDTHS.into_iter().filter(move |&width| width < all).chain([all]);
    let fits = |kernel: &ConvolutionKernel| kernel.scratch_bytes(layer) <= room;
    let cost = |kernel: &ConvolutionKernel| convolution_cost(layer, *kernel);
    match kind {
        ConvolutionKernel::InputDirect if !ops::input_direct_suits(layer) => None,
        ConvolutionKernel::InputWinograd { .. } if !ops::input_winograd_suits(layer) => None,
        ConvolutionKernel::InputWinograd { .. } => {
            let kernels =
                widths(ops::input_winograd_groups(layer)).map(|groups| ConvolutionKernel::InputWinograd { groups });
            kernels.filter(fits).min_by_key(cost)
        }
        ConvolutionKernel::Winograd { .. } => {
            let kernels = widths(layer.input.width.div_ceil(4)).map(|tiles| ConvolutionKernel::Winograd { tiles });
            kernels.filter(fits).min_by_key(cost)
        }
        ConvolutionKernel::BlockedWinograd(_) => fastest_blocking(layer, room).map(ConvolutionKernel::BlockedWinograd),
        kernel => Some(kernel).filter(fits),
    }
}

fn fastest_deconvolution(layer: &DecoderLayer, kind: DeconvolutionKernel, room: usize) -> Option<DeconvolutionKernel> {
    let fits = |kernel: &DeconvolutionKernel| kernel.scratch_bytes(layer) <= room;
    match kind {
        DeconvolutionKernel::GatherStrips { parts, .. } => {
            let all = layer.input.width;
            let kernels = (1..=all).rev().map(|columns| {
                // Strips of like width.
                let columns = all.div_ceil(all.div_ceil(columns));
                DeconvolutionKernel::GatherStrips { parts, columns }
            });
            kernels.into_iter().find(fits)
        }
        DeconvolutionKernel::BlockedWinograd(_) => {
            fastest_blocking(&ops::as_convolution(layer), room).map(DeconvolutionKernel::BlockedWinograd)
        }
        kernel => Some(kernel).filter(fits),
    }
}

/// The fastest blocks within `room` bytes: for tiles and channels, as many filters as fit.
fn fastest_blocking(layer: &EncoderLayer, room: usize) -> Option<Blocking> {
    let (all, channels) = (layer.input.width.div_ceil(4).next_multiple_of(4), layer.input.channels);
    let mut best = None;
    for tiles in WIDTHS.into_iter().filter(|&tiles| tiles >= 4 && tiles < all).chain([all]) {
        for part in CHANNELS.into_iter().filter(|&part| part < channels).chain([channels]) {
            let bytes =
                |filters| 4 * ops::blocked_winograd_scratch_words(layer, Blocking { tiles, filters, channels: part });
            let (two, four) = (bytes(2), bytes(4));
            if two > room {
                continue;
            }
            // All channels at once need no sums of further filters.
            let filters = match (room - two).checked_div(four - two) {
                Some(pairs) if part < channels => (2 + 2 * pairs).min(layer.output.channels),
                _ => 2,
            };
            let blocking = Blocking { tiles, filters, channels: part };
            let cost = blocking_cost(layer, blocking);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, blocking));
            }
        }
    }
    best.map(|(_, blocking)| blocking)
}

fn convolution_cost(layer: &EncoderLayer, kernel: ConvolutionKernel) -> u64 {
    let channels = layer.input.channels as u64;
    match kernel {
        ConvolutionKernel::Definition => DEFINITION,
        ConvolutionKernel::InputDirect => 1150,
        ConvolutionKernel::InputWinograd { groups } => 620 + 250 / groups.max(1) as u64,
        ConvolutionKernel::Winograd { tiles } => {
            let (products, weights, others) = if layer.kernel <= 3 { (230, 640, 6000) } else { (210, 840, 2800) };
            products + weights / tiles.max(1) as u64 + others / channels.max(1)
        }
        ConvolutionKernel::BlockedWinograd(blocking) => blocking_cost(layer, blocking),
    }
}

/// Products with the visits of their sums, transforms of weights, of input, of outputs.
fn blocking_cost(layer: &EncoderLayer, blocking: Blocking) -> u64 {
    let (channels, outputs) = (layer.input.channels, layer.output.channels);
    let part = blocking.channels.min(channels).max(1) as u64;
    let once = blocking.channels >= channels;
    let filters = if once { outputs } else { blocking.filters.min(outputs) }.max(1) as u64;
    let tiles = blocking.tiles.min(layer.input.width.div_ceil(4)).max(1) as u64;
    // The last group of four is computed whole.
    let padded = tiles.next_multiple_of(4) * 1000 / tiles;
    let (products, visits, weights, input, output) =
        if layer.kernel <= 3 { (270, 1100, 600, 1700, 4000) } else { (260, 860, 950, 2200, 1500) };
    (products + visits / part) * padded / 1000 + weights / tiles + input / filters + output / channels.max(1) as u64
}

fn deconvolution_cost(layer: &DecoderLayer, kernel: DeconvolutionKernel) -> u64 {
    let (filters, outputs) = (layer.input.channels.max(1) as u64, layer.output.channels.max(1) as u64);
    // Packed weights, lists, sums of parts.
    let gather = |columns: usize, lists: u64, parts: usize| {
        190 + 450 / columns.max(1) as u64 + 1000 * lists / outputs + 3000 * (parts as u64 - 1) / filters
    };
    match kernel {
        DeconvolutionKernel::Definition if layer.unpool => DEFINITION / 4,
        DeconvolutionKernel::Definition => DEFINITION / 2,
        DeconvolutionKernel::Gather { parts } => gather(layer.input.width, 1, parts),
        // Three rows anew, and a column on either side.
        DeconvolutionKernel::GatherStrips { parts, columns } => gather(columns, 3 + 6 / columns.max(1) as u64, parts),
        DeconvolutionKernel::BlockedWinograd(blocking) => 50 + blocking_cost(&ops::as_convolution(layer), blocking),
    }
}

fn exact_convolution(model: &Model<'_>, index: usize, layer: &EncoderLayer) -> Exact {
    let arrays = model.convolution(index);
    let largest = |bound: fn(&[i8], i32) -> i64| {
        let filters = arrays.weights.chunks_exact(layer.filter_weights()).zip(arrays.bias);
        filters.map(|(filter, bias)| bound(filter, bias.get())).max().unwrap_or(0)
    };
    if index == 0 {
        let suits = ops::input_direct_suits(layer) || ops::input_winograd_suits(layer);
        let bound = |filter: &[i8], bias| convolution_bound(filter, bias, true);
        return if suits && largest(bound) < MAX_INPUT_ACCUMULATOR { Exact::Input } else { Exact::Nothing };
    }
    if !ops::winograd_suits(layer) {
        return Exact::Nothing;
    }
    match largest(ops::winograd_bound) {
        bound if bound < MAX_BLOCKED_ACCUMULATOR => Exact::Winograd { four_rows: bound < MAX_WINOGRAD_ACCUMULATOR },
        _ => Exact::Nothing,
    }
}

fn exact_deconvolution(model: &Model<'_>, layer: &DecoderLayer) -> Exact {
    let arrays = model.convolution(layer.convolution);
    let (weights, ratios, bias) = (arrays.weights, arrays.ratios, arrays.deconvolution_bias);
    if layer.unpool {
        let parts = if ops::gather_suits(layer) { ops::gather_parts(layer, weights, ratios, bias) } else { None };
        return parts.map_or(Exact::Nothing, |parts| Exact::Gather { parts });
    }
    let small = |(channel, bias): (usize, &zerocopy::little_endian::I32)| {
        ops::dense_deconvolution_bound(layer, weights, ratios, bias.get(), channel) < MAX_BLOCKED_ACCUMULATOR
    };
    let suits = ops::winograd_suits(&ops::as_convolution(layer));
    if suits && ratios.iter().all(|&m| m <= ops::MAX_DENSE_RATIO) && bias.iter().enumerate().all(small) {
        Exact::Dense
    } else {
        Exact::Nothing
    }
}
