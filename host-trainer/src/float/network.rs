//! The float network and its passes.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Device, Tensor, Var};
use switchback::model::Network;

use super::decoding::Decoding;
use super::error::FloatError;
use super::head::{activate, add_bias, expand, pool_scores};
use super::method::Method;
use super::parameters::{INPUT_MEAN, INPUT_STD, Initializer, classifier_parameters, head_weight, parameters};
use super::weights_file::{read_tensors, write_tensors};
use training_ops::{Switches, class_maps, conv_pool, rectify, unpool_deconv};

/// f32 weights for a [`Network`], by layer path (`conv1.weight`, `deconv1.bias`, `head.stage0.weight`, ...).
///
/// Images are `[batch, channels, height, width]` tensors of f32 pixel levels, 0 to 255, on any device; what the network gives is
/// on its own.
pub struct FloatNetwork {
    network: Network,
    method: Method,
    tensors: BTreeMap<String, Var>,
    /// What training leaves as it is, without a gradient.
    frozen: BTreeMap<String, Tensor>,
}

/// What the network gives.
pub struct Output {
    /// `[batch, classes]`: log-sum-exp of each class map (Eq. 7).
    pub scores: Tensor,
    /// `[batch, maps, height, width]`: class maps after σ.
    pub maps: Tensor,
}

/// Every map that is stored between layers, for calibration and comparison.
pub struct Activations {
    /// One a convolution, after pool and ReLU: `[batch, filters, height, width]`.
    pub encoder: Vec<Tensor>,
    /// One a deconvolution, after ReLU.
    pub decoder: Vec<Tensor>,
    /// `[batch, maps, height, width]`: class maps before σ.
    pub logits: Tensor,
    /// Class maps after σ.
    pub maps: Tensor,
    /// `[batch, classes]`.
    pub scores: Tensor,
}

/// What encoder and decoder give.
struct Features {
    encoder: Vec<Tensor>,
    decoder: Vec<Tensor>,
    /// One a stage, the top map first.
    stages: Vec<Tensor>,
}

impl FloatNetwork {
    /// A network with random weights, the same for the same seed; input statistics 0 and 1.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when memory for the tensors cannot be had.
    pub fn new(network: Network, method: impl Into<Method>, seed: u64) -> Result<Self, FloatError> {
        let method = method.into();
        let mut initializer = Initializer::new(seed);
        let mut tensors = BTreeMap::new();
        for parameter in parameters(&network, method.decoding) {
            tensors.insert(parameter.name.clone(), initializer.variable(&parameter)?);
        }
        Ok(Self::from_tensors(network, method, tensors))
    }

    /// The same network with fully connected layers on its top map: two hidden layers of `hidden` nodes, random.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when memory for the tensors cannot be had.
    pub fn with_classifier(mut self, hidden: usize, seed: u64) -> Result<Self, FloatError> {
        let mut initializer = Initializer::new(seed);
        for parameter in classifier_parameters(&self.network, hidden) {
            self.tensors.insert(parameter.name.clone(), initializer.variable(&parameter)?);
        }
        Ok(self)
    }

    pub(super) fn from_tensors(network: Network, method: Method, tensors: BTreeMap<String, Var>) -> Self {
        Self { network, method, tensors, frozen: BTreeMap::new() }
    }

    /// Reads a network from a safetensors file, with its fully connected layers where the file has them.
    ///
    /// # Errors
    /// [`FloatError`] names the file, or the tensor that is missing, unknown, or of another shape or type.
    pub fn load(network: Network, method: impl Into<Method>, path: &Path) -> Result<Self, FloatError> {
        Self::from_stored(network, method, read_tensors(path)?.tensors)
    }

    /// Makes a network of tensors by name.
    ///
    /// # Errors
    /// [`FloatError`] names the tensor that is missing, unknown or of another shape.
    pub fn from_stored(
        network: Network,
        method: impl Into<Method>,
        mut stored: BTreeMap<String, Tensor>,
    ) -> Result<Self, FloatError> {
        let method = method.into();
        let mut expected = parameters(&network, method.decoding);
        if let Some(&hidden) = stored.get("fc1.weight").and_then(|weight| weight.dims().first()) {
            expected.extend(classifier_parameters(&network, hidden));
        }
        let mut tensors = BTreeMap::new();
        for parameter in expected {
            let Some(tensor) = stored.remove(&parameter.name) else {
                return Err(FloatError::MissingTensor { name: parameter.name, expected: parameter.shape });
            };
            if tensor.dims() != parameter.shape {
                let found = tensor.dims().to_vec();
                return Err(FloatError::WrongShape { name: parameter.name, found, expected: parameter.shape });
            }
            tensors.insert(parameter.name, Var::from_tensor(&tensor)?);
        }
        match stored.into_iter().next() {
            Some((name, tensor)) => Err(FloatError::UnknownTensor { name, found: tensor.dims().to_vec() }),
            None => Ok(Self::from_tensors(network, method, tensors)),
        }
    }

    /// Writes all tensors to a safetensors file, whole or not at all.
    ///
    /// # Errors
    /// [`FloatError::File`] when it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), FloatError> {
        write_tensors(path, self.tensors.iter().map(|(name, var)| (name.clone(), var.as_tensor())), None)
    }

    /// The description it was made for.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What of the method it has.
    pub fn method(&self) -> Method {
        self.method
    }

    /// All tensors by layer path, the input statistics included.
    pub fn tensors(&self) -> &BTreeMap<String, Var> {
        &self.tensors
    }

    /// Leaves the convolutions that no deconvolution is tied to as they are from now on: they get no gradient.
    pub fn freeze_untied_convolutions(&mut self) {
        let tied = |convolution| self.network.decoder().iter().any(|layer| layer.convolution == convolution);
        for convolution in (0..self.network.encoder().len()).filter(|&convolution| !tied(convolution)) {
            for part in ["weight", "bias"] {
                let name = format!("{}.{part}", self.network.convolution_name(convolution));
                if let Some(var) = self.tensors.get(&name) {
                    self.frozen.insert(name, var.as_detached_tensor());
                }
            }
        }
    }

    /// The tensors that training changes: all but the input statistics and what is frozen.
    pub fn trainable(&self) -> impl Iterator<Item = (&str, &Var)> {
        let trained =
            |(name, _): &(&str, &Var)| *name != INPUT_MEAN && *name != INPUT_STD && !self.frozen.contains_key(*name);
        self.tensors.iter().map(|(name, var)| (name.as_str(), var)).filter(trained)
    }

    /// The tensor of one layer path.
    ///
    /// # Errors
    /// [`FloatError::MissingTensor`] when the network has none of that name, such as `fc1.weight` without a classifier.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, FloatError> {
        let missing = || FloatError::MissingTensor { name: name.into(), expected: Vec::new() };
        match self.frozen.get(name) {
            Some(frozen) => Ok(frozen),
            None => Ok(self.tensors.get(name).ok_or_else(missing)?.as_tensor()),
        }
    }

    /// Where its tensors are, and so where it is computed.
    pub fn device(&self) -> &Device {
        self.tensors.values().next().map_or(&Device::Cpu, |var| var.device())
    }

    /// A copy on another device; what is frozen is so in the copy.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when memory for the tensors cannot be had there.
    pub fn copied_to(&self, device: &Device) -> Result<Self, FloatError> {
        let mut copy = Self::from_tensors(self.network.clone(), self.method, BTreeMap::new());
        for (name, var) in &self.tensors {
            let var = Var::from_tensor(&var.as_detached_tensor().to_device(device)?)?;
            if self.frozen.contains_key(name) {
                copy.frozen.insert(name.clone(), var.as_detached_tensor());
            }
            copy.tensors.insert(name.clone(), var);
        }
        Ok(copy)
    }

    /// Sets mean and standard deviation of each input channel, in pixel levels.
    ///
    /// # Errors
    /// [`FloatError::WrongChannels`] unless there is one of each a channel.
    pub fn set_input_statistics(&mut self, mean: &[f32], std: &[f32]) -> Result<(), FloatError> {
        let expected = self.network.input().channels;
        for (name, values) in [(INPUT_MEAN, mean), (INPUT_STD, std)] {
            if values.len() != expected {
                return Err(FloatError::WrongChannels { found: values.len(), expected });
            }
            self.tensors.insert(name.into(), Var::new(values, &Device::Cpu)?);
        }
        Ok(())
    }

    /// Scores and class maps of a batch of images.
    ///
    /// # Errors
    /// [`FloatError::Compute`] when the batch has another shape than the network's input.
    pub fn forward(&self, images: &Tensor) -> Result<Output, FloatError> {
        self.forward_leaky(images, 0.0)
    }

    /// As [`Self::forward`], with ReLU maps leaking by `leak` where they are negative, so that a map without evidence
    /// still gets a gradient. For training only.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub fn forward_leaky(&self, images: &Tensor, leak: f32) -> Result<Output, FloatError> {
        let logits = self.logits(&self.features(images)?.stages)?;
        self.output(&logits, leak)
    }

    /// Class maps before σ, `[batch, maps, height, width]`.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub fn forward_logits(&self, images: &Tensor) -> Result<Tensor, FloatError> {
        self.logits(&self.features(images)?.stages)
    }

    /// Every stored map of a batch of images.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub fn activations(&self, images: &Tensor) -> Result<Activations, FloatError> {
        let Features { encoder, decoder, stages } = self.features(images)?;
        let logits = self.logits(&stages)?;
        let Output { scores, maps } = self.output(&logits, 0.0)?;
        Ok(Activations { encoder, decoder, logits, maps, scores })
    }

    /// Class logits `[batch, classes]` of the classification network (section 4.2), before its softmax.
    ///
    /// # Errors
    /// [`FloatError::MissingTensor`] without a classifier, else as [`Self::forward`].
    pub fn classify(&self, images: &Tensor) -> Result<Tensor, FloatError> {
        let (encoder, _) = self.encode(images)?;
        let top = encoder.last().unwrap_or(images);
        let mut hidden = top.flatten_from(1)?;
        for layer in ["fc1", "fc2"] {
            hidden = rectify(&self.fully_connected(layer, &hidden)?, 0.0)?;
        }
        self.fully_connected("fc3", &hidden)
    }

    fn fully_connected(&self, layer: &str, input: &Tensor) -> Result<Tensor, FloatError> {
        let weight = self.tensor(&format!("{layer}.weight"))?;
        let bias = self.tensor(&format!("{layer}.bias"))?;
        Ok(input.matmul(&weight.t()?)?.broadcast_add(bias)?)
    }

    /// Pixels less their mean over their deviation, both of the train split; on the network's device.
    pub(super) fn normalize_input(&self, images: &Tensor) -> Result<Tensor, FloatError> {
        let per_channel = |name| -> Result<Tensor, FloatError> {
            let statistics = self.tensor(name)?.detach();
            Ok(statistics.reshape((1, self.network.input().channels, 1, 1))?)
        };
        let images = images.to_device(self.device())?;
        Ok(images.broadcast_sub(&per_channel(INPUT_MEAN)?)?.broadcast_div(&per_channel(INPUT_STD)?)?)
    }

    fn encode(&self, images: &Tensor) -> Result<(Vec<Tensor>, Vec<Option<Switches>>), FloatError> {
        let mut outputs = Vec::with_capacity(self.network.encoder().len());
        let mut switches = Vec::with_capacity(self.network.encoder().len());
        let mut x = self.normalize_input(images)?;
        for (i, layer) in self.network.encoder().iter().enumerate() {
            let name = self.network.convolution_name(i);
            let weight = self.tensor(&format!("{name}.weight"))?;
            let bias = self.tensor(&format!("{name}.bias"))?;
            let (output, layer_switches) = conv_pool(&x, weight, bias, layer.pool)?;
            switches.push(layer_switches);
            outputs.push(output.clone());
            x = output;
        }
        Ok((outputs, switches))
    }

    fn features(&self, images: &Tensor) -> Result<Features, FloatError> {
        let (encoder, switches) = self.encode(images)?;
        let mut decoder = Vec::with_capacity(self.network.decoder().len());
        let mut x = encoder.last().unwrap_or(images).clone();
        let mut stages = vec![x.clone()];
        for layer in self.network.decoder() {
            let name = self.network.deconvolution_name(layer);
            let weight = match self.method.decoding {
                Decoding::Untied => format!("{name}.weight"),
                Decoding::Tied | Decoding::NearestUnpooling => {
                    format!("{}.weight", self.network.convolution_name(layer.convolution))
                }
            };
            let (weight, bias) = (self.tensor(&weight)?, self.tensor(&format!("{name}.bias"))?);
            let size = (layer.output.height, layer.output.width);
            let mut switches = switches[layer.convolution].as_ref();
            if self.method.decoding == Decoding::NearestUnpooling && switches.take().is_some() {
                x = expand(&x, 1, size.0, size.1)?;
            }
            x = unpool_deconv(&x, weight, bias, switches, size)?;
            decoder.push(x.clone());
            if layer.ends_stage {
                stages.push(x.clone());
            }
        }
        Ok(Features { encoder, decoder, stages })
    }

    /// Class maps before σ: the sum over the stages that the head reads, each expanded to the last stage's size (Eq. 4
    /// to 6).
    fn logits(&self, stages: &[Tensor]) -> Result<Tensor, FloatError> {
        let network = &self.network;
        let size = network.map_shape();
        let mut sum: Option<Tensor> = None;
        for (stage, features) in stages.iter().enumerate().filter(|&(stage, _)| network.head_reads(stage)) {
            let weight = self.tensor(&head_weight(stage))?;
            let maps = class_maps(features, weight, network.spec().head.normalization)?;
            let maps = expand(&maps, network.expansion_shift(stage), size.height, size.width)?;
            sum = Some(match sum {
                Some(sum) => (sum + maps)?,
                None => maps,
            });
        }
        let missing = || FloatError::MissingTensor { name: "head".into(), expected: vec![network.maps()] };
        Ok(add_bias(network, &sum.ok_or_else(missing)?, self.tensor("head.bias")?)?)
    }

    fn output(&self, logits: &Tensor, leak: f32) -> Result<Output, FloatError> {
        let maps = activate(logits, self.network.spec().head.activation, leak)?;
        let pooling = self.method.pooling;
        let scores = pool_scores(&self.network, pooling, &maps, self.tensor("head.bias")?, leak)?;
        Ok(Output { scores, maps })
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
