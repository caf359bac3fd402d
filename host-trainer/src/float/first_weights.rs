//! First weights: of another training, and fitted to the images (after Mishkin & Matas 2016, "All you need is a good init").

use std::path::Path;

use candle_core::{Tensor, Var};

use super::error::FloatError;
use super::foreign_weights::ForeignConvolutions;
use super::network::FloatNetwork;
use training_ops::{conv_pool, rectify};

/// A layer whose output's root mean square is below this has nothing to be scaled by.
const SILENT: f32 = 1e-6;

impl FloatNetwork {
    /// Takes the weights and biases of every convolution from another program's or run's file, in their order: where they
    /// pool, and so how their blocks are numbered, may differ. What else the file holds is left there.
    ///
    /// A safetensors file, or a PyTorch state dictionary (`.pth`, `.pt`, `.bin`); names as in `float.safetensors` of a run
    /// (`conv3_2.weight`) or torchvision's (`features.12.weight`).
    ///
    /// # Errors
    /// [`FloatError`] names the file; [`FloatError::OtherConvolutions`] lists what was found and what was expected.
    pub fn start_from(&self, path: &Path) -> Result<(), FloatError> {
        let names: Vec<_> = (0..self.network().encoder().len()).map(|i| self.network().convolution_name(i)).collect();
        let found = ForeignConvolutions::read(path)?;
        let mut expected = Vec::new();
        for name in &names {
            expected.push((format!("{name}.weight"), self.variable(&format!("{name}.weight"))?.dims().to_vec()));
        }
        if !found.have_shapes(expected.iter().map(|(_, shape)| shape.as_slice())) {
            return Err(FloatError::OtherConvolutions { path: path.into(), found: found.described(), expected });
        }
        for (name, (weight, bias)) in names.iter().zip(found.tensors()) {
            self.variable(&format!("{name}.weight"))?.set(weight)?;
            self.variable(&format!("{name}.bias"))?.set(bias)?;
        }
        Ok(())
    }

    /// Scales weights, and biases with them, so that every layer of encoder and classifier puts out maps with a mean square
    /// of 1 on these images, `[batch, channels, height, width]` in pixel levels.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when the batch has another shape than the network's input.
    pub fn fit_first_weights(&self, images: &Tensor) -> Result<(), FloatError> {
        let mut x = self.normalize_input(images)?;
        for (i, layer) in self.network().encoder().iter().enumerate() {
            let name = self.network().convolution_name(i);
            let (weight, bias) = (self.variable(&format!("{name}.weight"))?, self.variable(&format!("{name}.bias"))?);
            let (output, _) =
                conv_pool(&x.detach(), &weight.as_detached_tensor(), &bias.as_detached_tensor(), layer.pool)?;
            x = scale_to_unit(&[weight, bias], &output)?;
        }
        let mut hidden = x.flatten_from(1)?;
        for layer in ["fc1", "fc2"].map(|layer| format!("{layer}.weight")) {
            if let Some(weight) = self.tensors().get(&layer) {
                let output = rectify(&hidden.matmul(&weight.as_detached_tensor().t()?)?, 0.0)?;
                hidden = scale_to_unit(&[weight], &output)?;
            }
        }
        Ok(())
    }

    fn variable(&self, name: &str) -> Result<&Var, FloatError> {
        let missing = || FloatError::MissingTensor { name: name.into(), expected: Vec::new() };
        self.tensors().get(name).ok_or_else(missing)
    }
}

/// Divides a layer's parameters by the root mean square of what they gave, before or after a ReLU; the output as it becomes.
fn scale_to_unit(parameters: &[&Var], output: &Tensor) -> Result<Tensor, FloatError> {
    let rms = output.sqr()?.mean_all()?.sqrt()?.to_scalar::<f32>()?;
    let factor = if rms > SILENT { f64::from(1.0 / rms) } else { 1.0 };
    for parameter in parameters {
        parameter.set(&(parameter.as_detached_tensor() * factor)?)?;
    }
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

    #[test]
    fn convolutions_start_from_another_training_and_other_shapes_are_named() -> Result<(), FloatError> {
        let network = |width| {
            let input = InputSpec { width: 48, height: 48, channels: 1 };
            Network::new(NetworkSpec { stages: 0, ..NetworkSpec::table1(width, input, 2) }).unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("float.safetensors");
        let trained = FloatNetwork::new(network(0.125), Decoding::Tied, 1)?;
        trained.save(&path)?;
        let new = FloatNetwork::new(network(0.125), Decoding::Tied, 2)?.with_classifier(16, 3)?;
        let values =
            |float: &FloatNetwork, name| float.tensor(name)?.flatten_all()?.to_vec1::<f32>().map_err(FloatError::from);
        assert_ne!(values(&new, "conv3.weight")?, values(&trained, "conv3.weight")?);
        new.start_from(&path)?;
        assert_eq!(values(&new, "conv3.weight")?, values(&trained, "conv3.weight")?);
        // The same convolutions, the last two in one block.
        let mut spec = network(0.125).spec().clone();
        spec.convolutions[3].pool = false;
        let shallow = FloatNetwork::new(Network::new(spec).unwrap(), Decoding::Tied, 2)?;
        shallow.start_from(&path)?;
        assert_eq!(values(&shallow, "conv4_2.weight")?, values(&trained, "conv5.weight")?);
        let error = FloatNetwork::new(network(0.25), Decoding::Tied, 2)?.start_from(&path).unwrap_err().to_string();
        assert!(error.contains("found conv1.weight [12, 1, 11, 11], conv2.weight"), "{error}");
        assert!(error.contains("expected the convolutions conv1.weight [24, 1, 11, 11], "), "{error}");
        Ok(())
    }
}
