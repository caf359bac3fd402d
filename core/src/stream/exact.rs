//! Which kernels are exact for a layer: by its shape, and by bounds of its accumulators that are proven from its weights.

use zerocopy::little_endian::I32;

use super::kernel_set::KernelSet;
use crate::model::bounds::{convolution_bound, deconvolution_bound};
use crate::model::{DecoderLayer, EncoderLayer, Model};
use crate::ops;

/// Accumulators of a layer that F(4x4,3x3) computes stay below this: what removes its scale exactly.
const MAX_WINOGRAD_ACCUMULATOR: i64 = 1 << 25;
/// The same for F(2x4,3x3).
const MAX_BLOCKED_ACCUMULATOR: i64 = 1 << 27;
/// The same for kernels of the network's input.
const MAX_INPUT_ACCUMULATOR: i64 = 1 << 28;

/// What is exact for a convolution.
#[derive(Clone, Copy)]
pub(super) enum ExactConvolution {
    /// The kernels of the network's input, as its shape suits them.
    Input,
    /// F(2x4,3x3) and, if so said, F(4x4,3x3).
    Winograd { four_rows: bool },
    /// The definition alone.
    Definition,
}

/// What is exact for a tied deconvolution beside its definition.
#[derive(Clone, Copy)]
pub(super) struct ExactDeconvolution {
    /// The gather, in so many parts.
    pub(super) gather: Option<usize>,
    /// F(2x4,3x3) of a dense map.
    pub(super) dense: bool,
    /// F(4x4,3x3) by vectors.
    pub(super) vectors: bool,
}

impl ExactConvolution {
    /// Reads every weight of convolution `index`.
    pub(super) fn of_model(model: &Model<'_>, index: usize, layer: &EncoderLayer) -> Self {
        let arrays = model.convolution(index);
        let largest = |bound: fn(&[i8], i32) -> i64| {
            let filters = arrays.weights.chunks_exact(layer.filter_weights().max(1)).zip(arrays.bias);
            filters.map(|(filter, bias)| bound(filter, bias.get())).max().unwrap_or(0)
        };
        match Self::of_shape(index, layer) {
            Self::Input => {
                let bound = |filter: &[i8], bias| convolution_bound(filter, bias, true);
                if largest(bound) < MAX_INPUT_ACCUMULATOR { Self::Input } else { Self::Definition }
            }
            Self::Winograd { .. } => match largest(ops::winograd_bound) {
                bound if bound < MAX_BLOCKED_ACCUMULATOR => {
                    Self::Winograd { four_rows: bound < MAX_WINOGRAD_ACCUMULATOR }
                }
                _ => Self::Definition,
            },
            Self::Definition => Self::Definition,
        }
    }

    /// As if the weights stayed within every bound, as those of nearly all trained networks do.
    pub(super) const fn of_shape(index: usize, layer: &EncoderLayer) -> Self {
        match index {
            0 if ops::input_direct_suits(layer) || ops::input_winograd_suits(layer) => Self::Input,
            0 => Self::Definition,
            _ if ops::winograd_suits(layer) => Self::Winograd { four_rows: true },
            _ => Self::Definition,
        }
    }
}

impl ExactDeconvolution {
    /// Reads every weight of the layer, as often as `kinds` asks for it.
    pub(super) fn of_model(model: &Model<'_>, layer: &DecoderLayer, kinds: KernelSet) -> Self {
        let arrays = model.convolution(layer.convolution);
        let (weights, ratios, bias) = (arrays.weights, arrays.ratios, arrays.deconvolution_bias);
        let all_below = |bound: fn(&DecoderLayer, &[i8], &[u8], i32, usize) -> i64, most: i64| {
            let below = |(channel, bias): (usize, &I32)| bound(layer, weights, ratios, bias.get(), channel) < most;
            bias.iter().enumerate().all(below)
        };
        let shape = Self::of_shape(layer, kinds);
        let small_ratios = ratios.iter().all(|&m| m <= ops::MAX_DENSE_RATIO);
        Self {
            gather: shape.gather.and_then(|_| ops::gather_parts(layer, weights, ratios, bias)),
            dense: shape.dense && small_ratios && all_below(ops::dense_deconvolution_bound, MAX_BLOCKED_ACCUMULATOR),
            vectors: shape.vectors
                && ops::vector_deconvolution_suits(layer, ratios)
                // The quick one first.
                && (all_below(ops::vector_deconvolution_bound, MAX_WINOGRAD_ACCUMULATOR)
                    || all_below(deconvolution_bound, MAX_WINOGRAD_ACCUMULATOR)),
        }
    }

    /// As if the weights stayed within every bound.
    pub(super) fn of_shape(layer: &DecoderLayer, kinds: KernelSet) -> Self {
        Self {
            gather: (layer.unpool && ops::gather_suits(layer)).then_some(1),
            dense: !layer.unpool && ops::winograd_suits(&ops::as_convolution(layer)),
            vectors: kinds.contains(KernelSet::VECTOR_WINOGRAD) && ops::vector_deconvolution_suits(layer, &[]),
        }
    }
}
