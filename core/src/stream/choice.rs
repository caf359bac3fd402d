//! Which kernels a plan takes: those that are exact for the model's weights, as fast as the arena allows.

use heapless::Vec;

use super::cost::{blocking_cost, convolution_cost, deconvolution_cost};
use super::exact::{ExactConvolution, ExactDeconvolution};
use super::kernel_set::KernelSet;
use super::kernels::{ConvolutionKernel, DeconvolutionKernel, Kernels, Replacement};
use super::plan::{Phase, Plan, bytes_beside_scratch};
use crate::bounded::bounded;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, EncoderLayer, Model, Network};
use crate::ops::{self, Blocking};

/// Tiles, groups and columns that are kept at a time.
const WIDTHS: [usize; 12] = [1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 64, 128];
/// Channels that pass at a time.
const CHANNELS: [usize; 10] = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/// What is exact for each layer of a model: convolutions, then deconvolutions.
pub(super) struct Choices<'m> {
    network: &'m Network,
    kinds: KernelSet,
    encoder: Vec<ExactConvolution, MAX_CONVOLUTIONS>,
    decoder: Vec<ExactDeconvolution, MAX_CONVOLUTIONS>,
}

impl<'m> Choices<'m> {
    /// Of those of `kinds`. Reads every weight.
    pub(super) fn new(model: &'m Model<'_>, kinds: KernelSet) -> Self {
        let network = model.network();
        let encoder =
            network.encoder().iter().enumerate().map(|(i, layer)| ExactConvolution::of_model(model, i, layer));
        let decoder = network.decoder().iter().map(|layer| ExactDeconvolution::of_model(model, layer, kinds));
        Self { network, kinds, encoder: bounded(encoder), decoder: bounded(decoder) }
    }

    /// What may be exact for a network whose weights are not known yet, as it is with those of nearly all trained ones.
    pub(super) fn assumed(network: &'m Network, kinds: KernelSet) -> Self {
        let encoder = network.encoder().iter().enumerate().map(|(i, layer)| ExactConvolution::of_shape(i, layer));
        let decoder = network.decoder().iter().map(|layer| ExactDeconvolution::of_shape(layer, kinds));
        Self { network, kinds, encoder: bounded(encoder), decoder: bounded(decoder) }
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
                Replacement::Convolution(
                    _,
                    ConvolutionKernel::Winograd { .. } | ConvolutionKernel::VectorWinograd { .. }
                ) | Replacement::Deconvolution(
                    _,
                    DeconvolutionKernel::Gather { .. } | DeconvolutionKernel::VectorWinograd { .. }
                )
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
        let encoder = self.network.encoder().iter().zip(&self.encoder).enumerate();
        let encoder = encoder.flat_map(|(i, (layer, &exact))| {
            let kinds = convolution_kinds(exact).into_iter();
            let there = kinds.filter(|&kind| self.kinds.contains(KernelSet::of_convolution(kind, layer.kernel)));
            there.map(move |kind| Replacement::Convolution(i, kind))
        });
        let decoder = self.network.decoder().iter().zip(&self.decoder).enumerate();
        let decoder = decoder.flat_map(|(i, (layer, &exact))| {
            let kinds = deconvolution_kinds(exact).into_iter();
            let there = kinds.filter(|&kind| self.kinds.contains(KernelSet::of_deconvolution(kind, layer.kernel)));
            there.map(move |kind| Replacement::Deconvolution(i, kind))
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
fn convolution_kinds(exact: ExactConvolution) -> Vec<ConvolutionKernel, 3> {
    use ConvolutionKernel::{BlockedWinograd, InputDirect, InputWinograd, VectorWindows, VectorWinograd, Winograd};
    let kinds: &[ConvolutionKernel] = match exact {
        ExactConvolution::Definition => &[],
        ExactConvolution::Input => &[VectorWindows, InputDirect, InputWinograd { groups: 1 }],
        ExactConvolution::Winograd { four_rows: false } => &[BlockedWinograd(SMALLEST)],
        ExactConvolution::Winograd { four_rows: true } => {
            &[VectorWinograd { tiles: 1 }, Winograd { tiles: 1 }, BlockedWinograd(SMALLEST)]
        }
    };
    bounded(kinds.iter().copied())
}

fn deconvolution_kinds(exact: ExactDeconvolution) -> Vec<DeconvolutionKernel, 4> {
    let gathers = exact.gather.into_iter().flat_map(|parts| {
        [DeconvolutionKernel::Gather { parts }, DeconvolutionKernel::GatherStrips { parts, columns: 1 }]
    });
    let dense = exact.dense.then_some(DeconvolutionKernel::BlockedWinograd(SMALLEST));
    let vectors = exact.vectors.then_some(DeconvolutionKernel::VectorWinograd { tiles: 1 });
    bounded(gathers.chain(dense).chain(vectors))
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
        ConvolutionKernel::VectorWinograd { .. } => {
            let kernels =
                widths(layer.input.width.div_ceil(4)).map(|tiles| ConvolutionKernel::VectorWinograd { tiles });
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
                let columns = all.div_ceil(all.div_ceil(columns).max(1));
                DeconvolutionKernel::GatherStrips { parts, columns }
            });
            kernels.into_iter().find(fits)
        }
        DeconvolutionKernel::VectorWinograd { .. } => {
            let all = layer.output.width.div_ceil(4);
            let kernels = WIDTHS.into_iter().filter(|&width| width < all).chain([all]);
            let cost = |kernel: &DeconvolutionKernel| deconvolution_cost(layer, *kernel);
            kernels.map(|tiles| DeconvolutionKernel::VectorWinograd { tiles }).filter(fits).min_by_key(cost)
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
