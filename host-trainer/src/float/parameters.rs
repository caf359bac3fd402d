//! Names, shapes and first values of a network's tensors.
//!
//! Names are the layer paths of the network description: `conv1.weight` `[filters, channels, k, k]`, `conv1.bias`,
//! `deconv1.bias` (a deconvolution's weights are its convolution's), `head.stage0.weight` `[maps, channels]` for every
//! stage that the head reads, `head.bias` `[classes]`, `input.mean` and `input.std` `[channels]`; `fc1` to `fc3` with
//! `.weight` `[out, in]` and `.bias` while the classification network is trained.

use candle_core::{Device, Var};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use switchback::model::Network;
use switchback::model::spec::ClassMaps;

use super::{Decoding, FloatError};

/// Mean of the input's channels over the train split, in pixel levels (0 to 255); not trained.
pub const INPUT_MEAN: &str = "input.mean";
/// Standard deviation of the input's channels over the train split, in pixel levels; not trained.
pub const INPUT_STD: &str = "input.std";

/// Standard deviation of new class-map weights: near zero, so that a new head starts by doing nothing.
const HEAD_DEVIATION: f32 = 0.01;
/// First logits of an evidence head: the negative class's constant starts above the positive map's bias, so that
/// evidence has to be found before an image counts as positive.
const EVIDENCE_BIAS: [f32; 2] = [0.5, 0.1];

/// Path of the class-map weights of one stage.
pub(super) fn head_weight(stage: usize) -> String {
    format!("head.stage{stage}.weight")
}

/// How a tensor starts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    Constant(f32),
    /// Normal, mean zero.
    Normal {
        deviation: f32,
    },
    /// [`EVIDENCE_BIAS`].
    EvidenceBias,
}

/// One tensor of a network.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub name: String,
    pub shape: Vec<usize>,
    pub start: Start,
}

/// Normal weights that keep the variance of what passes a ReLU (He et al. 2015, fan-in).
fn he(name: String, shape: Vec<usize>) -> Parameter {
    let fan_in = shape.iter().skip(1).product::<usize>().max(1) as f32;
    Parameter { name, shape, start: Start::Normal { deviation: (2.0 / fan_in).sqrt() } }
}

fn zeros(name: String, length: usize) -> Parameter {
    Parameter { name, shape: vec![length], start: Start::Constant(0.0) }
}

/// All tensors of a network without its fully connected layers, in a fixed order.
pub(super) fn parameters(network: &Network, decoding: Decoding) -> Vec<Parameter> {
    let channels = network.input().channels;
    let mut all = vec![
        zeros(INPUT_MEAN.into(), channels),
        Parameter { name: INPUT_STD.into(), shape: vec![channels], start: Start::Constant(1.0) },
    ];
    for (i, layer) in network.encoder().iter().enumerate() {
        let name = network.convolution_name(i);
        let shape = vec![layer.output.channels, layer.input.channels, layer.kernel, layer.kernel];
        all.push(he(format!("{name}.weight"), shape));
        all.push(zeros(format!("{name}.bias"), layer.output.channels));
    }
    for layer in network.decoder() {
        let name = network.deconvolution_name(layer);
        if decoding == Decoding::Untied {
            // Laid out as its convolution's.
            let shape = vec![layer.input.channels, layer.output.channels, layer.kernel, layer.kernel];
            let fan_in = (layer.input.channels * layer.kernel * layer.kernel) as f32;
            let start = Start::Normal { deviation: (2.0 / fan_in).sqrt() };
            all.push(Parameter { name: format!("{name}.weight"), shape, start });
        }
        all.push(zeros(format!("{name}.bias"), layer.output.channels));
    }
    for stage in (0..=network.stages()).filter(|&stage| network.head_reads(stage)) {
        let shape = vec![network.maps(), network.stage_shape(stage).channels];
        let start = Start::Normal { deviation: HEAD_DEVIATION };
        all.push(Parameter { name: head_weight(stage), shape, start });
    }
    let start = match network.spec().head.maps {
        ClassMaps::PerClass => Start::Constant(0.0),
        ClassMaps::Evidence => Start::EvidenceBias,
    };
    all.push(Parameter { name: "head.bias".into(), shape: vec![network.classes()], start });
    all
}

/// The fully connected layers of the classification network (section 4.2): two hidden layers of `hidden` nodes and one
/// of classes, on the top map.
pub(super) fn classifier_parameters(network: &Network, hidden: usize) -> Vec<Parameter> {
    let features = network.encoder().last().map_or(network.input(), |layer| layer.output).elements();
    vec![
        he("fc1.weight".into(), vec![hidden, features]),
        zeros("fc1.bias".into(), hidden),
        he("fc2.weight".into(), vec![hidden, hidden]),
        zeros("fc2.bias".into(), hidden),
        Parameter {
            name: "fc3.weight".into(),
            shape: vec![network.classes(), hidden],
            start: Start::Normal { deviation: HEAD_DEVIATION },
        },
        zeros("fc3.bias".into(), network.classes()),
    ]
}

/// Makes first values; the same seed gives the same values on every platform.
pub(super) struct Initializer(ChaCha8Rng);

impl Initializer {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A new variable with the parameter's first values.
    pub fn variable(&mut self, parameter: &Parameter) -> Result<Var, FloatError> {
        let length = parameter.shape.iter().product();
        let values = match parameter.start {
            Start::Constant(value) => vec![value; length],
            Start::Normal { deviation } => (0..length).map(|_| deviation * self.normal()).collect(),
            Start::EvidenceBias => EVIDENCE_BIAS.to_vec(),
        };
        Ok(Var::from_vec(values, parameter.shape.as_slice(), &Device::Cpu)?)
    }

    /// A standard normal number (Box and Muller). By `libm`: a platform's own logarithm may differ in its last bit.
    fn normal(&mut self) -> f32 {
        let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - self.0.random::<f32>()));
        radius * libm::cosf(std::f32::consts::TAU * self.0.random::<f32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn he_weights_have_their_deviation() -> Result<(), FloatError> {
        let parameter = he("conv".into(), vec![64, 8, 5, 5]);
        let values = Initializer::new(3).variable(&parameter)?.flatten_all()?.to_vec1::<f32>()?;
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / values.len() as f32;
        assert!(mean.abs() < 0.005, "mean {mean}");
        assert!((variance * 200.0 / 2.0 - 1.0).abs() < 0.05, "variance {variance}, expected 2 / 200");
        Ok(())
    }
}
