//! A plan layer by layer, for people and tables.

use core::fmt;

use heapless::String;

use super::cost::{convolution_cost, deconvolution_cost};
use super::kernels::{ConvolutionKernel, DeconvolutionKernel};
use super::plan::Plan;
use crate::model::Network;
use crate::ops::Blocking;

/// How one layer is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLayer {
    /// Its name in the network.
    pub name: String<16>,
    /// Which kernel computes it, and in what portions.
    pub kernel: String<64>,
    /// Dense multiply-accumulates, zeros of unpooled maps counted.
    pub macs: u64,
    /// Bytes that it computes in.
    pub scratch_bytes: usize,
    /// Instructions on a processor with the DSP extension, estimated: what the plan was chosen by.
    pub instructions: u64,
}

impl Plan {
    /// The layers of `network`, whose plan this is, in the order in which they run.
    pub fn layers(&self, network: &Network) -> impl Iterator<Item = PlannedLayer> {
        let encoder = network.encoder().iter().enumerate().map(|(i, layer)| {
            let kernel = self.convolution_kernel(i);
            PlannedLayer {
                name: network.convolution_name(i),
                kernel: text(&kernel),
                macs: layer.macs(),
                scratch_bytes: kernel.scratch_bytes(layer),
                instructions: convolution_cost(layer, kernel) * layer.macs() / 1000,
            }
        });
        let decoder = network.decoder().iter().enumerate().map(|(i, layer)| {
            let kernel = self.deconvolution_kernel(i);
            PlannedLayer {
                name: network.deconvolution_name(layer),
                kernel: text(&kernel),
                macs: layer.macs(),
                scratch_bytes: kernel.scratch_bytes(layer),
                instructions: deconvolution_cost(layer, kernel) * layer.macs() / 1000,
            }
        });
        encoder.chain(decoder)
    }
}

fn text(value: &impl fmt::Display) -> String<64> {
    let mut text = String::new();
    // The longest has fewer than 64 bytes; a longer one would be cut.
    let _ = fmt::write(&mut text, format_args!("{value}"));
    text
}

// Without commas, so that tables of commas can hold them.
impl fmt::Display for ConvolutionKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition => f.write_str("definition"),
            Self::VectorWindows => f.write_str("vectors of taps"),
            Self::VectorWinograd { tiles } => write!(f, "vector Winograd 4x4 by {tiles} tiles"),
            Self::InputDirect => f.write_str("pairs of pixels"),
            Self::InputWinograd { groups } => write!(f, "Winograd 1x4 by {groups} groups"),
            Self::Winograd { tiles } => write!(f, "Winograd 4x4 by {tiles} tiles"),
            Self::BlockedWinograd(blocking) => blocking.fmt(f),
        }
    }
}

impl fmt::Display for DeconvolutionKernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition => f.write_str("definition"),
            Self::VectorWinograd { tiles } => write!(f, "vector Winograd 4x4 by {tiles} tiles"),
            Self::Gather { parts: 1 } => f.write_str("sparse gather"),
            Self::Gather { parts } => write!(f, "sparse gather in {parts} parts"),
            Self::GatherStrips { parts: 1, columns } => write!(f, "sparse gather by {columns} columns"),
            Self::GatherStrips { parts, columns } => write!(f, "sparse gather in {parts} parts by {columns} columns"),
            Self::BlockedWinograd(blocking) => blocking.fmt(f),
        }
    }
}

impl fmt::Display for Blocking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Winograd 2x4 by {} tiles x {} filters x {} channels", self.tiles, self.filters, self.channels)
    }
}
