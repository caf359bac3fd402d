//! A plan as bytes: a host chooses, a device reads. Only the kernels are stored; where buffers lie follows from them.

use core::fmt;

use super::exact::{ExactConvolution, ExactDeconvolution};
use super::kernel_set::KernelSet;
use super::kernels::{ConvolutionKernel, DeconvolutionKernel, Kernels, linked};
use super::plan::Plan;
use crate::model::spec::MAX_CONVOLUTIONS;
use crate::model::{DecoderLayer, EncoderLayer, Network};
use crate::ops::Blocking;

/// Version of the bytes, and the first of them.
const FORMAT: u8 = 1;

/// The most bytes that a stored plan has: for each layer both ways its kernel and three numbers of two bytes, and the version
/// and both numbers of layers before them.
pub const MAX_STORED_PLAN: usize = 3 + 2 * MAX_CONVOLUTIONS * (1 + 3 * 2);

/// The most that tiles, groups, filters, channels or columns of a kernel can be: of the widest map or layer.
const MAX_PORTION: usize = 1024;

/// Why bytes are not a plan of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum StoredPlanError {
    /// Bytes of another version.
    Format {
        /// Their version.
        found: u8,
    },
    /// They do not decode to kernels.
    Garbled,
    /// Another number of layers than the network has, or a kernel that does not suit its layer.
    OtherNetwork,
}

impl fmt::Display for StoredPlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format { found } => write!(f, "stored plan: found version {found}, expected {FORMAT}"),
            Self::Garbled => f.write_str("stored plan: found bytes that do not decode, expected kernels"),
            Self::OtherNetwork => f.write_str("stored plan: found kernels of other layers, expected the network's"),
        }
    }
}

impl core::error::Error for StoredPlanError {}

impl Plan {
    /// Writes the plan's kernels into `buffer` and gives the bytes.
    pub fn write<'b>(&self, buffer: &'b mut [u8; MAX_STORED_PLAN]) -> &'b [u8] {
        // MAX_STORED_PLAN counts every layer of the largest network.
        postcard::to_slice(&(FORMAT, self.kernels()), buffer).map_or(&[], |bytes| bytes)
    }

    /// The plan of `network` that [`Self::write`] wrote: from one of the same model, it computes the same in the same arena.
    ///
    /// That each kernel is exact for the model's weights was proven by who chose it, and is not proven again. A kernel that is not
    /// linked here is not looked at: [`Self::is_linked`] says that the plan cannot be taken.
    ///
    /// # Errors
    /// [`StoredPlanError`].
    pub fn read(network: &Network, bytes: &[u8]) -> Result<Self, StoredPlanError> {
        let (&format, bytes) = bytes.split_first().ok_or(StoredPlanError::Garbled)?;
        if format != FORMAT {
            return Err(StoredPlanError::Format { found: format });
        }
        let Ok((kernels, [])) = postcard::take_from_bytes::<Kernels>(bytes) else {
            return Err(StoredPlanError::Garbled);
        };
        let (encoder, decoder) = (network.encoder(), network.decoder());
        let fit = (kernels.encoder.len(), kernels.decoder.len()) == (encoder.len(), decoder.len())
            && encoder.iter().zip(&kernels.encoder).enumerate().all(|(i, (layer, &kernel))| suits(i, layer, kernel))
            && decoder.iter().zip(&kernels.decoder).all(|(layer, &kernel)| suits_deconvolution(layer, kernel));
        if !fit {
            return Err(StoredPlanError::OtherNetwork);
        }
        Ok(Self::with_kernels(network, kernels))
    }
}

/// Whether the shape of convolution `index` suits the kernel.
fn suits(index: usize, layer: &EncoderLayer, kernel: ConvolutionKernel) -> bool {
    use ConvolutionKernel::{
        BlockedWinograd, Definition, InputDirect, InputWinograd, VectorWindows, VectorWinograd, Winograd,
    };
    // Whether a kernel is linked is asked later (`Plan::is_linked`), and one that is not is never called.
    if !linked(KernelSet::of_convolution(kernel, layer.kernel)) {
        return true;
    }
    match (kernel, ExactConvolution::of_shape(index, layer)) {
        (Definition, _) => true,
        (InputDirect, ExactConvolution::Input) => crate::ops::input_direct_suits(layer),
        (InputWinograd { groups }, ExactConvolution::Input) => {
            crate::ops::input_winograd_suits(layer) && is_portion(groups)
        }
        (VectorWindows, ExactConvolution::Input) => true,
        (Winograd { tiles } | VectorWinograd { tiles }, ExactConvolution::Winograd { .. }) => is_portion(tiles),
        (BlockedWinograd(blocking), ExactConvolution::Winograd { .. }) => is_blocking(blocking),
        _ => false,
    }
}

/// Whether the layer's shape suits the kernel.
fn suits_deconvolution(layer: &DecoderLayer, kernel: DeconvolutionKernel) -> bool {
    if !linked(KernelSet::of_deconvolution(kernel, layer.kernel)) {
        return true;
    }
    let exact = ExactDeconvolution::of_shape(layer, KernelSet::ALL);
    match kernel {
        DeconvolutionKernel::Definition => true,
        DeconvolutionKernel::Gather { parts } => exact.gather.is_some() && is_portion(parts),
        DeconvolutionKernel::GatherStrips { parts, columns } => {
            exact.gather.is_some() && is_portion(parts) && is_portion(columns)
        }
        DeconvolutionKernel::BlockedWinograd(blocking) => exact.dense && is_blocking(blocking),
        DeconvolutionKernel::VectorWinograd { tiles } => exact.vectors && is_portion(tiles),
    }
}

fn is_portion(count: usize) -> bool {
    (1..=MAX_PORTION).contains(&count)
}

fn is_blocking(Blocking { tiles, filters, channels }: Blocking) -> bool {
    [tiles, filters, channels].into_iter().all(is_portion)
        && tiles.is_multiple_of(4)
        && filters.is_multiple_of(2)
        && channels.is_multiple_of(4)
}
