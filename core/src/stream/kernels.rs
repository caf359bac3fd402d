//! How each layer is computed. Every way gives the same bits; they differ in instructions and in bytes of the arena.

use heapless::Vec;

use crate::model::bounds::{convolution_bound, deconvolution_bound};
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, EncoderLayer, Model, Network};
use crate::ops;

/// Accumulators of a layer that Winograd computes stay below this: what removes its scale exactly.
const MAX_WINOGRAD_ACCUMULATOR: i64 = 1 << 25;
/// The same for one output of a gathered deconvolution, whose low lanes have 24 bits.
const MAX_GATHERED_ACCUMULATOR: i64 = 1 << 23;
/// The same for kernels of the network's input.
const MAX_INPUT_ACCUMULATOR: i64 = 1 << 28;

/// What a plan's choice of kernels depends on beside the model: never the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    /// One without vectors, or none that is known.
    Scalar,
    /// One with vectors of integers: Cortex-M55 and M85.
    Vector,
}

impl Processor {
    /// The one that this is compiled for.
    pub const THIS: Self = if cfg!(switchback_helium) { Self::Vector } else { Self::Scalar };

    /// The one that the compiler calls `cpu`.
    pub fn named(cpu: Option<&str>) -> Self {
        if matches!(cpu, Some("cortex-m55" | "cortex-m85")) { Self::Vector } else { Self::Scalar }
    }
}

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvolutionKernel {
    /// Row by row from the definition, without scratch.
    Definition,
    /// The network's input with a small kernel: windows of 16-bit pairs.
    InputDirect,
    /// The network's input with a large kernel: F(4,3) of Winograd along the rows.
    InputWinograd,
    /// F(4x4,3x3) of Winograd, four rows at a time.
    Winograd {
        /// Tiles of 4x4 outputs whose transformed input is kept at a time: more of them share a transform of the weights.
        tiles: usize,
    },
}

/// How a tied deconvolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeconvolutionKernel {
    /// Row by row from the definition.
    Definition,
    /// From lists of the non-zeros of each row of the pooled map, two rows at a time.
    Gather,
    /// F(4x4,3x3) of Winograd, four rows at a time, whatever the zeros.
    Winograd {
        /// Tiles of 4x4 outputs whose transformed input is kept at a time.
        tiles: usize,
    },
}

impl ConvolutionKernel {
    /// Rows of the convolution, before the pool, that one call makes.
    pub(super) const fn convolution_rows(self, layer: &EncoderLayer) -> usize {
        match self {
            Self::Winograd { .. } => 4,
            _ if layer.pool => 2,
            _ => 1,
        }
    }

    /// Output rows that one call makes, fewer at the end of the map.
    pub(super) const fn output_rows(self, layer: &EncoderLayer) -> usize {
        self.convolution_rows(layer) / if layer.pool { 2 } else { 1 }
    }

    /// Input rows that one call reads.
    pub(super) const fn window_rows(self, layer: &EncoderLayer) -> usize {
        self.convolution_rows(layer) + layer.kernel - 1
    }

    /// Bytes of scratch that one call needs.
    pub(super) const fn scratch_bytes(self, layer: &EncoderLayer) -> usize {
        match self {
            Self::Definition => 0,
            Self::InputDirect => 4 * ops::input_direct_scratch_words(layer),
            Self::InputWinograd => 4 * ops::input_winograd_scratch_words(layer),
            Self::Winograd { tiles } => 4 * ops::winograd_scratch_words(layer, tiles),
        }
    }
}

impl DeconvolutionKernel {
    /// Output rows that one call makes, fewer at the end of the map.
    pub(super) const fn output_rows(self) -> usize {
        match self {
            Self::Definition => 1,
            Self::Gather => 2,
            Self::Winograd { .. } => 4,
        }
    }

    /// Bytes of scratch that one call needs.
    pub(super) const fn scratch_bytes(self, layer: &DecoderLayer) -> usize {
        match self {
            Self::Definition => 4 * layer.output.channels,
            Self::Gather => 4 * ops::gather_scratch_words(layer),
            Self::Winograd { tiles } => 4 * ops::winograd_deconvolution_scratch_words(layer, tiles),
        }
    }
}

/// One kernel a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kernels {
    pub(super) encoder: Vec<ConvolutionKernel, MAX_CONVOLUTIONS>,
    pub(super) decoder: Vec<DeconvolutionKernel, MAX_CONVOLUTIONS>,
}

/// A kernel in place of the definition.
#[derive(Clone, Copy, Debug)]
pub(super) enum Replacement {
    Convolution(usize, ConvolutionKernel),
    Deconvolution(usize, DeconvolutionKernel),
}

impl Kernels {
    /// The kernels of `network` without scratch.
    pub(super) fn definitions(network: &Network) -> Self {
        Self {
            encoder: network.encoder().iter().map(|_| ConvolutionKernel::Definition).collect(),
            decoder: network.decoder().iter().map(|_| DeconvolutionKernel::Definition).collect(),
        }
    }

    pub(super) fn convolution(&self, index: usize) -> ConvolutionKernel {
        self.encoder.get(index).copied().unwrap_or(ConvolutionKernel::Definition)
    }

    pub(super) fn deconvolution(&self, index: usize) -> DeconvolutionKernel {
        self.decoder.get(index).copied().unwrap_or(DeconvolutionKernel::Definition)
    }

    /// The same with one layer computed otherwise.
    pub(super) fn with(&self, replacement: Replacement) -> Self {
        let mut kernels = self.clone();
        match replacement {
            Replacement::Convolution(i, kernel) => {
                if let Some(entry) = kernels.encoder.get_mut(i) {
                    *entry = kernel;
                }
            }
            Replacement::Deconvolution(i, kernel) => {
                if let Some(entry) = kernels.decoder.get_mut(i) {
                    *entry = kernel;
                }
            }
        }
        kernels
    }
}

/// For each layer of `model`, those with the most multiplications first, the kernels that are exact for its weights, the
/// fastest first.
pub(super) fn replacements(
    model: &Model<'_>,
    processor: Processor,
) -> Vec<Vec<Replacement, 4>, { 2 * MAX_CONVOLUTIONS }> {
    let network = model.network();
    let mut layers: Vec<(u64, Vec<Replacement, 4>), { 2 * MAX_CONVOLUTIONS }> = Vec::new();
    for (i, layer) in network.encoder().iter().enumerate() {
        // As many entries as layers: it always fits, here and below.
        let _ = layers.push((layer.macs(), of_convolution(model, i, layer)));
    }
    for (i, layer) in network.decoder().iter().enumerate() {
        let _ = layers.push((layer.macs(), of_deconvolution(model, i, layer, processor)));
    }
    layers.sort_unstable_by_key(|&(macs, _)| core::cmp::Reverse(macs));
    layers.into_iter().map(|(_, kernels)| kernels).collect()
}

fn of_convolution(model: &Model<'_>, index: usize, layer: &EncoderLayer) -> Vec<Replacement, 4> {
    let arrays = model.convolution(index);
    let largest = |bound: fn(&[i8], i32) -> i64| {
        let filters = arrays.weights.chunks_exact(layer.filter_weights()).zip(arrays.bias);
        filters.map(|(filter, bias)| bound(filter, bias.get())).max().unwrap_or(0)
    };
    let mut kernels = Vec::new();
    if index == 0 {
        let bound = |filter: &[i8], bias| convolution_bound(filter, bias, true);
        let kernel = if ops::input_direct_suits(layer) {
            Some(ConvolutionKernel::InputDirect)
        } else if ops::input_winograd_suits(layer) {
            Some(ConvolutionKernel::InputWinograd)
        } else {
            None
        };
        if let Some(kernel) = kernel.filter(|_| largest(bound) < MAX_INPUT_ACCUMULATOR) {
            // As many entries as kernels: it always fits, here and below.
            let _ = kernels.push(Replacement::Convolution(index, kernel));
        }
    } else if ops::winograd_suits(layer) && largest(ops::winograd_bound) < MAX_WINOGRAD_ACCUMULATOR {
        let whole_row = layer.input.width.div_ceil(4);
        let _ = kernels.push(Replacement::Convolution(index, ConvolutionKernel::Winograd { tiles: whole_row }));
        for tiles in [16, 8, 4].into_iter().filter(|&tiles| tiles < whole_row) {
            let _ = kernels.push(Replacement::Convolution(index, ConvolutionKernel::Winograd { tiles }));
        }
    }
    kernels
}

fn of_deconvolution(
    model: &Model<'_>,
    index: usize,
    layer: &DecoderLayer,
    processor: Processor,
) -> Vec<Replacement, 4> {
    let mut kernels = Vec::new();
    if processor == Processor::Vector && winograd_deconvolution_is_exact(model, layer) {
        let whole_row = layer.output.width.div_ceil(4);
        let parts = [8, 4].into_iter().filter(|&tiles| tiles < whole_row);
        for tiles in core::iter::once(whole_row).chain(parts) {
            // As many entries as kernels: it always fits, here and below.
            let _ = kernels.push(Replacement::Deconvolution(index, DeconvolutionKernel::Winograd { tiles }));
        }
    }
    if ops::gather_suits(layer) && gather_is_exact(model, layer) {
        let _ = kernels.push(Replacement::Deconvolution(index, DeconvolutionKernel::Gather));
    }
    kernels
}

fn winograd_deconvolution_is_exact(model: &Model<'_>, layer: &DecoderLayer) -> bool {
    let arrays = model.convolution(layer.convolution);
    ops::winograd_deconvolution_suits(layer, arrays.ratios)
        && arrays.deconvolution_bias.iter().enumerate().all(|(channel, bias)| {
            let is_exact = |bound: fn(&DecoderLayer, &[i8], &[u8], i32, usize) -> i64| {
                bound(layer, arrays.weights, arrays.ratios, bias.get(), channel) < MAX_WINOGRAD_ACCUMULATOR
            };
            // The quick one first.
            is_exact(ops::winograd_deconvolution_bound) || is_exact(deconvolution_bound)
        })
}

fn gather_is_exact(model: &Model<'_>, layer: &DecoderLayer) -> bool {
    let arrays = model.convolution(layer.convolution);
    arrays.deconvolution_bias.iter().enumerate().all(|(channel, bias)| {
        ops::gather_bound(layer, arrays.weights, arrays.ratios, bias.get(), channel) < MAX_GATHERED_ACCUMULATOR
    })
}
