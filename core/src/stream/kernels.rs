//! How each layer is computed. Every way gives the same bits; they differ in instructions and in bytes of the arena.

use heapless::Vec;
use serde::{Deserialize, Serialize};

use super::kernel_set::KernelSet;
use crate::bounded::bounded;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, EncoderLayer, Network};
use crate::ops::{self, Blocking};

/// Whether kernels of `kinds` are linked here: constants of the build, so that what is not is not called.
pub(super) const fn linked(kinds: KernelSet) -> bool {
    KernelSet::LINKED.contains(kinds)
}

/// Whether any Winograd of four rows is linked.
pub(super) const HAS_WINOGRAD: bool = linked(KernelSet::WINOGRAD_3) || linked(KernelSet::WINOGRAD_5);
/// Whether any Winograd in blocks is linked.
pub(super) const HAS_BLOCKS: bool = linked(KernelSet::BLOCKED_WINOGRAD_3) || linked(KernelSet::BLOCKED_WINOGRAD_5);

/// How a convolution is computed. The order of variants and fields is the format of a stored plan
/// ([`super::Plan::write`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConvolutionKernel {
    /// Row by row from the definition, without scratch.
    Definition,
    /// The network's input with a small kernel: windows of 16-bit pairs.
    InputDirect,
    /// The network's input with a large kernel: F(4,3) of Winograd along the rows.
    InputWinograd {
        /// Groups of 8x2 outputs whose transformed input is kept at a time: more of them share a transform of the weights.
        groups: usize,
    },
    /// F(4x4,3x3) of Winograd, four rows at a time.
    Winograd {
        /// Tiles of 4x4 outputs whose transformed input is kept at a time: more of them share a transform of the weights.
        tiles: usize,
    },
    /// F(2x4,3x3) of Winograd, two rows at a time, in blocks.
    BlockedWinograd(Blocking),
    /// The network's input by vectors of a row of taps.
    VectorWindows,
    /// F(4x4,3x3) of Winograd by vectors of channels, four rows at a time.
    VectorWinograd {
        /// Tiles of 4x4 outputs whose transformed input is kept at a time: more of them share a transform of the weights.
        tiles: usize,
    },
}

/// How a tied deconvolution is computed. The order of variants and fields is the format of a stored plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeconvolutionKernel {
    /// Row by row from the definition.
    Definition,
    /// From lists of the non-zeros of each row of the pooled map, two rows at a time.
    Gather {
        /// Parts that the filters are cut in, so that sums stay exact.
        parts: usize,
    },
    /// The same from lists of a strip of columns of three rows, made for each row anew.
    GatherStrips {
        /// Parts that the filters are cut in, so that sums stay exact.
        parts: usize,
        /// Columns of a strip.
        columns: usize,
    },
    /// A dense map: F(2x4,3x3) of Winograd, two rows at a time, in blocks.
    BlockedWinograd(Blocking),
    /// F(4x4,3x3) of Winograd by vectors of channels, four rows at a time, whatever the zeros.
    VectorWinograd {
        /// Tiles of 4x4 outputs whose transformed input is kept at a time.
        tiles: usize,
    },
}

impl ConvolutionKernel {
    /// Rows of the convolution, before the pool, that one call makes; here and below those of the definition for a kernel that is
    /// not linked here, which no session takes.
    pub(super) const fn convolution_rows(self, layer: &EncoderLayer) -> usize {
        match self {
            Self::Winograd { .. } if HAS_WINOGRAD => 4,
            Self::VectorWinograd { .. } if linked(KernelSet::VECTOR_WINOGRAD) => 4,
            Self::BlockedWinograd(_) if HAS_BLOCKS => 2,
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
    pub const fn scratch_bytes(self, layer: &EncoderLayer) -> usize {
        match self {
            Self::InputDirect if linked(KernelSet::INPUT_DIRECT) => 4 * ops::input_direct_scratch_words(layer),
            Self::InputWinograd { groups } if linked(KernelSet::INPUT_WINOGRAD) => {
                4 * ops::input_winograd_scratch_words(layer, groups)
            }
            Self::Winograd { tiles } if HAS_WINOGRAD => 4 * ops::winograd_scratch_words(layer, tiles),
            Self::BlockedWinograd(blocking) if HAS_BLOCKS => 4 * ops::blocked_winograd_scratch_words(layer, blocking),
            Self::VectorWindows if linked(KernelSet::VECTOR_WINDOWS) => 4 * ops::input_window_scratch_words(layer),
            Self::VectorWinograd { tiles } if linked(KernelSet::VECTOR_WINOGRAD) => {
                4 * ops::vector_winograd_scratch_words(layer, tiles)
            }
            _ => 0,
        }
    }
}

impl DeconvolutionKernel {
    /// Output rows that one call makes, fewer at the end of the map; here and below those of the definition for a kernel that is not
    /// linked here, which no session takes.
    pub(super) const fn output_rows(self) -> usize {
        match self {
            Self::VectorWinograd { .. } if linked(KernelSet::VECTOR_WINOGRAD) => 4,
            Self::BlockedWinograd(_) if HAS_BLOCKS => 2,
            Self::Gather { .. } if linked(KernelSet::GATHER) => 2,
            Self::GatherStrips { .. } if linked(KernelSet::GATHER_STRIPS) => 2,
            _ => 1,
        }
    }

    /// Rows of the input ring where `arriving` rows arrive at once.
    pub(super) fn input_rows(self, layer: &DecoderLayer, arriving: usize) -> usize {
        match self {
            // Rows are listed before the next ones arrive; the first row of outputs asks for two of them.
            Self::Gather { .. } if linked(KernelSet::GATHER) => arriving.max(2),
            Self::GatherStrips { .. } if linked(KernelSet::GATHER_STRIPS) => 2 + arriving,
            Self::VectorWinograd { .. } if linked(KernelSet::VECTOR_WINOGRAD) => {
                if layer.unpool {
                    3 + arriving
                } else {
                    layer.kernel + 2 + arriving
                }
            }
            Self::BlockedWinograd(_) if HAS_BLOCKS => layer.kernel + arriving,
            _ if layer.unpool => layer.padding() + arriving,
            _ => layer.kernel - 1 + arriving,
        }
    }

    /// Bytes of scratch that one call needs.
    pub const fn scratch_bytes(self, layer: &DecoderLayer) -> usize {
        match self {
            Self::Gather { parts } if linked(KernelSet::GATHER) => 4 * ops::gather_scratch_words(layer, parts),
            Self::GatherStrips { parts, columns } if linked(KernelSet::GATHER_STRIPS) => {
                4 * ops::gather_strip_scratch_words(layer, parts, columns)
            }
            Self::BlockedWinograd(blocking) if HAS_BLOCKS => {
                4 * ops::blocked_winograd_scratch_words(&ops::as_convolution(layer), blocking)
            }
            Self::VectorWinograd { tiles } if linked(KernelSet::VECTOR_WINOGRAD) => {
                4 * ops::vector_deconvolution_scratch_words(layer, tiles)
            }
            _ => 4 * layer.output.channels,
        }
    }
}

/// One kernel a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
            encoder: bounded(network.encoder().iter().map(|_| ConvolutionKernel::Definition)),
            decoder: bounded(network.decoder().iter().map(|_| DeconvolutionKernel::Definition)),
        }
    }

    /// The kinds that compute the layers of `network`.
    pub(super) fn kinds(&self, network: &Network) -> KernelSet {
        let encoder = network.encoder().iter().zip(&self.encoder);
        let encoder = encoder.map(|(layer, &kernel)| KernelSet::of_convolution(kernel, layer.kernel));
        let decoder = network.decoder().iter().zip(&self.decoder);
        let decoder = decoder.map(|(layer, &kernel)| KernelSet::of_deconvolution(kernel, layer.kernel));
        encoder.chain(decoder).fold(KernelSet::DEFINITIONS, |all, kind| all | kind)
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
