//! What kernels cost: instructions for 1000 dense multiply-accumulates, roughly, on a processor with the DSP extension, those by
//! vectors on one that has them.
//!
//! They order the kernels of one layer and weigh layers against each other. They are integers and the same everywhere, so that a
//! host and a device choose alike.

use super::kernels::{ConvolutionKernel, DeconvolutionKernel};
use crate::model::{DecoderLayer, EncoderLayer};
use crate::ops::{self, Blocking};

/// What definitions cost.
const DEFINITION: u64 = 4000;

pub(super) fn convolution_cost(layer: &EncoderLayer, kernel: ConvolutionKernel) -> u64 {
    let channels = layer.input.channels as u64;
    match kernel {
        ConvolutionKernel::Definition => DEFINITION,
        ConvolutionKernel::InputDirect => 1150,
        ConvolutionKernel::InputWinograd { groups } => {
            // The inverse transform of a small kernel is spread over few taps.
            let products = if layer.kernel <= 5 { 1290 } else { 620 };
            products + 250 / groups.max(1) as u64
        }
        ConvolutionKernel::Winograd { tiles } => {
            // Products, transforms of weights, of input, of outputs.
            let (products, weights, input, output) =
                if layer.kernel <= 3 { (185, 510, 1200, 2300) } else { (220, 560, 1500, 840) };
            // A tile alone shares no word of weights, two share half as many as four.
            let products = match tiles {
                0 | 1 => products * 3 / 2,
                2 | 3 => products * 9 / 8,
                _ => products,
            };
            let outputs = layer.output.channels.max(1) as u64;
            products + weights / tiles.max(1) as u64 + input / outputs + output / channels.max(1)
        }
        ConvolutionKernel::BlockedWinograd(blocking) => blocking_cost(layer, blocking),
        ConvolutionKernel::VectorWindows => 200,
        ConvolutionKernel::VectorWinograd { tiles } => vector_cost(channels, tiles),
    }
}

/// Products with the visits of their sums, transforms of weights, of input, of outputs.
pub(super) fn blocking_cost(layer: &EncoderLayer, blocking: Blocking) -> u64 {
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

/// Products and the transforms that share a pass.
fn vector_cost(channels: u64, tiles: usize) -> u64 {
    80 + 200 / tiles.max(1) as u64 + 800 / channels.max(1)
}

pub(super) fn deconvolution_cost(layer: &DecoderLayer, kernel: DeconvolutionKernel) -> u64 {
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
        DeconvolutionKernel::VectorWinograd { tiles } => 10 + vector_cost(filters, tiles),
        DeconvolutionKernel::BlockedWinograd(blocking) => 50 + blocking_cost(&ops::as_convolution(layer), blocking),
    }
}
