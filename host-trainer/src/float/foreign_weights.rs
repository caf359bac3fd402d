//! Convolutions in files of other runs and of other programs.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Tensor, pickle};

use super::error::FloatError;
use super::weights_file::read_tensors;

/// Endings of files that PyTorch's `torch.save` writes.
const PYTORCH_ENDINGS: [&str; 3] = ["pth", "pt", "bin"];

/// The convolutions of a file, in their order.
pub(super) struct ForeignConvolutions {
    /// Name, weights `[filters, channels, k, k]` and bias `[filters]`.
    layers: Vec<(String, Tensor, Tensor)>,
    /// Names and shapes of everything in the file.
    all: Vec<(String, Vec<usize>)>,
}

impl ForeignConvolutions {
    /// Reads a safetensors file or a PyTorch state dictionary.
    pub fn read(path: &Path) -> Result<Self, FloatError> {
        let stored = read_any(path)?;
        let all = stored.iter().map(|(name, tensor)| (name.clone(), tensor.dims().to_vec())).collect();
        let mut numbered: Vec<_> =
            stored.keys().filter_map(|name| Some((convolution_number(name)?, name.strip_suffix(".weight")?))).collect();
        numbered.sort_unstable();
        let mut layers = Vec::new();
        for (_, layer) in numbered {
            let (weight, bias) = (stored.get(&format!("{layer}.weight")), stored.get(&format!("{layer}.bias")));
            if let (Some(weight), Some(bias)) = (weight, bias) {
                layers.push((format!("{layer}.weight"), weight.clone(), bias.clone()));
            }
        }
        Ok(Self { layers, all })
    }

    /// Whether the first convolutions have these shapes, with a bias each.
    pub fn have_shapes<'a>(&self, expected: impl Iterator<Item = &'a [usize]>) -> bool {
        let fits = |(_, weight, bias): &(String, Tensor, Tensor), shape: &[usize]| {
            weight.dims() == shape && bias.dims() == &shape[..1]
        };
        let expected: Vec<&[usize]> = expected.collect();
        self.layers.len() >= expected.len() && self.layers.iter().zip(expected).all(|(layer, shape)| fits(layer, shape))
    }

    /// Weights and biases.
    pub fn tensors(&self) -> impl Iterator<Item = (&Tensor, &Tensor)> {
        self.layers.iter().map(|(_, weight, bias)| (weight, bias))
    }

    /// Names and shapes of the convolutions' weights; of everything where there is none.
    pub fn described(&self) -> Vec<(String, Vec<usize>)> {
        match self.layers.is_empty() {
            true => self.all.clone(),
            false => self.layers.iter().map(|(name, weight, _)| (name.clone(), weight.dims().to_vec())).collect(),
        }
    }
}

fn read_any(path: &Path) -> Result<BTreeMap<String, Tensor>, FloatError> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if !PYTORCH_ENDINGS.contains(&ending) {
        return Ok(read_tensors(path)?.tensors);
    }
    let failed = |cause| FloatError::NotPyTorch { path: path.into(), cause: Box::new(cause) };
    let tensors = pickle::read_all(path).map_err(failed)?;
    tensors.into_iter().map(|(name, tensor)| Ok((name, tensor.to_dtype(DType::F32).map_err(failed)?))).collect()
}

/// Block and number in the block of a convolution's weights, such as `conv3_2.weight`; `features.12.weight` of torchvision
/// is the twelfth layer of one block.
fn convolution_number(tensor: &str) -> Option<(usize, usize)> {
    let layer = tensor.strip_suffix(".weight")?;
    if let Some(index) = layer.strip_prefix("features.") {
        return Some((0, index.parse().ok()?));
    }
    let number = layer.strip_prefix("conv")?;
    let (block, index) = number.split_once('_').unwrap_or((number, "1"));
    Some((block.parse().ok()?, index.parse().ok()?))
}

#[cfg(test)]
#[path = "foreign_weights_tests.rs"]
mod tests;
