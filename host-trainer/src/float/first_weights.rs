//! First weights fitted to the images (after Mishkin & Matas 2016, "All you need is a good init").

use candle_core::{Tensor, Var};

use super::error::FloatError;
use super::network::FloatNetwork;
use training_ops::{conv_pool, rectify};

/// A layer whose output's root mean square is below this has nothing to be scaled by.
const SILENT: f32 = 1e-6;

impl FloatNetwork {
    /// Scales new weights so that every layer of encoder and classifier puts out maps with a mean square of 1 on these
    /// images, `[batch, channels, height, width]` in pixel levels. Biases have to be zero still.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when the batch has another shape than the network's input.
    pub fn fit_first_weights(&self, images: &Tensor) -> Result<(), FloatError> {
        let mut x = self.normalize_input(images)?;
        for (i, layer) in self.network().encoder().iter().enumerate() {
            let name = self.network().convolution_name(i);
            let (weight, bias) = (self.variable(&format!("{name}.weight"))?, self.tensor(&format!("{name}.bias"))?);
            let (output, _) = conv_pool(&x.detach(), &weight.as_detached_tensor(), bias, layer.pool)?;
            x = scale_to_unit(weight, &output)?;
        }
        let mut hidden = x.flatten_from(1)?;
        for layer in ["fc1", "fc2"].map(|layer| format!("{layer}.weight")) {
            if let Some(weight) = self.tensors().get(&layer) {
                let output = rectify(&hidden.matmul(&weight.as_detached_tensor().t()?)?, 0.0)?;
                hidden = scale_to_unit(weight, &output)?;
            }
        }
        Ok(())
    }

    fn variable(&self, name: &str) -> Result<&Var, FloatError> {
        let missing = || FloatError::MissingTensor { name: name.into(), expected: Vec::new() };
        self.tensors().get(name).ok_or_else(missing)
    }
}

/// Divides weights by the root mean square of what they gave; the output as it becomes.
fn scale_to_unit(weight: &Var, output: &Tensor) -> Result<Tensor, FloatError> {
    let rms = output.sqr()?.mean_all()?.sqrt()?.to_scalar::<f32>()?;
    let factor = if rms > SILENT { f64::from(1.0 / rms) } else { 1.0 };
    weight.set(&(weight.as_detached_tensor() * factor)?)?;
    Ok((output.detach() * factor)?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use switchback::model::Network;
    use switchback::model::spec::{InputSpec, NetworkSpec};

    use super::*;
    use crate::float::Decoding;

    #[test]
    fn every_layer_starts_with_a_mean_square_of_one_whatever_the_brightness() -> Result<(), FloatError> {
        let input = InputSpec { width: 48, height: 48, channels: 1 };
        let network = Network::new(NetworkSpec { stages: 0, ..NetworkSpec::table1(0.125, input, 2) }).unwrap();
        let mut float = FloatNetwork::new(network, Decoding::Tied, 3)?.with_classifier(16, 4)?;
        float.set_input_statistics(&[100.0], &[50.0])?;
        // A faint texture on backgrounds that differ much.
        let pixel = |i: usize| (60 * (i / 48 / 48)) as f32 + (i * 7919 % 11) as f32;
        let images = Tensor::from_vec((0..4 * 48 * 48).map(pixel).collect::<Vec<_>>(), (4, 1, 48, 48), &Device::Cpu)?;
        float.fit_first_weights(&images)?;
        for (i, map) in float.activations(&images)?.encoder.iter().enumerate() {
            let mean_square = map.sqr()?.mean_all()?.to_scalar::<f32>()?;
            assert!((mean_square - 1.0).abs() < 1e-3, "layer {i}: {mean_square}");
        }
        Ok(())
    }
}
