//! Models of random integers for any network: proven by the same bounds as real ones, and lively enough that maps are
//! neither all zero nor all saturated.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use switchback::model::bounds::{convolution_bound, deconvolution_bound};
use switchback::model::header::{HeadNumbers, Header, MapScales, Provenance};
use switchback::model::layout;
use switchback::model::spec::{ConvolutionSpec, HeadSpec, InputSpec, MapActivation, NetworkSpec, Normalization};
use switchback::model::{AlignedBytes, ModelArrays, Network, OwnedConvolution};
use switchback::numeric::{Gain, MAX_ACCUMULATOR, Multiplier};

/// How the weights of a layer are drawn.
#[derive(Clone, Copy)]
enum Weights {
    Uniform,
    Sparse,
    Extreme,
    Zero,
}

/// Makes the checksum of a model's bytes fit them.
pub fn seal(bytes: &mut [u8]) {
    let crc32 = layout::crc32(bytes);
    bytes[layout::field::CRC32].copy_from_slice(&crc32.to_le_bytes());
}

/// Arrays of random integers for `network`.
pub fn arrays(network: &Network, seed: u64) -> ModelArrays {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut convolutions: Vec<OwnedConvolution> =
        (0..network.encoder().len()).map(|i| convolution(network, i, &mut rng)).collect();
    let mut deconvolution_multipliers = heapless::Vec::new();
    for layer in network.decoder() {
        let arrays = &mut convolutions[layer.convolution];
        let bound = loop {
            let bounds = (0..layer.output.channels).map(|channel| {
                let bias = arrays.deconvolution_bias[channel];
                deconvolution_bound(layer, &arrays.weights, &arrays.ratios, bias, channel)
            });
            let bound = bounds.max().unwrap_or(1);
            if bound < MAX_ACCUMULATOR {
                break bound;
            }
            // What an exporter does: a smaller largest ratio.
            arrays.ratios.iter_mut().for_each(|m| *m = (*m / 2).max(1));
        };
        deconvolution_multipliers.push(multiplier(bound, &mut rng)).expect("as many as convolutions");
    }
    let head_weights = (0..=network.stages())
        .map(|stage| {
            let count = network.maps() * network.stage_shape(stage).channels;
            if network.head_reads(stage) { weights(count, &mut rng) } else { Vec::new() }
        })
        .collect();
    ModelArrays {
        header: header(network, deconvolution_multipliers, &mut rng),
        convolutions,
        head_weights,
        input_table: (0..256 * network.input().channels).map(|_| rng.random_range(-127..=127)).collect(),
        exponentials: exponentials(rng.random_range(0.001..0.2)),
    }
}

/// The bytes of [`arrays`].
pub fn bytes(network: &Network, seed: u64) -> AlignedBytes {
    arrays(network, seed).encode().expect("arrays of the network's own sizes")
}

/// A model whose file is short: 1920 bytes, most of them tables.
pub fn small() -> AlignedBytes {
    let convolution = |filters| ConvolutionSpec { filters, kernel: 3, pool: true };
    let spec = NetworkSpec {
        input: InputSpec { width: 10, height: 9, channels: 1 },
        convolutions: [convolution(4), convolution(8)].into_iter().collect(),
        stages: 1,
        classes: 2,
        head: HeadSpec::PAPER_BINARY,
    };
    bytes(&Network::new(spec).expect("a network"), 5)
}

/// Random pixels for a network: noise, a constant, or blocks that make ties.
pub fn image(network: &Network, seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x1111);
    let shape = network.input();
    let (kind, level) = (rng.random_range(0..4), rng.random());
    let noise: Vec<u8> = (0..shape.elements()).map(|_| rng.random()).collect();
    (0..shape.elements())
        .map(|i| {
            let (y, x) = (i / shape.row_elements(), i % shape.row_elements() / shape.channels);
            match kind {
                0 => level,
                1 => noise[y / 3 * 3 % shape.height * shape.row_elements() + x / 3 * 3 % shape.width],
                2 => noise[i] & 0x81,
                _ => noise[i],
            }
        })
        .collect()
}

fn convolution(network: &Network, index: usize, rng: &mut ChaCha8Rng) -> OwnedConvolution {
    let layer = &network.encoder()[index];
    let filters = layer.output.channels;
    let mut weights = weights(layer.weights(), rng);
    if rng.random_bool(0.3) {
        let dead = rng.random_range(0..filters);
        weights[dead * layer.filter_weights()..][..layer.filter_weights()].fill(0);
    }
    let bias: Vec<i32> = (0..filters).map(|_| rng.random_range(-2000..=2000)).collect();
    let multipliers = weights
        .chunks_exact(layer.filter_weights())
        .zip(&bias)
        .map(|(filter, &bias)| multiplier(convolution_bound(filter, bias, index == 0), rng))
        .collect();
    let most = [1u8, 3, 15][rng.random_range(0..3)];
    let tied = layer.tied;
    OwnedConvolution {
        weights,
        bias,
        multipliers,
        ratios: if tied { (0..filters).map(|_| rng.random_range(1..=most)).collect() } else { Vec::new() },
        deconvolution_bias: if tied {
            (0..layer.input.channels).map(|_| rng.random_range(-2000..=2000)).collect()
        } else {
            Vec::new()
        },
    }
}

fn weights(count: usize, rng: &mut ChaCha8Rng) -> Vec<i8> {
    let kind = [Weights::Uniform, Weights::Uniform, Weights::Sparse, Weights::Extreme, Weights::Zero]
        [rng.random_range(0..5).min(if rng.random_bool(0.7) { 3 } else { 4 })];
    let draw = |rng: &mut ChaCha8Rng| match kind {
        Weights::Uniform => rng.random_range(-127..=127),
        Weights::Sparse if rng.random_bool(0.8) => 0,
        Weights::Sparse => rng.random_range(-20..=20),
        Weights::Extreme if rng.random() => 127,
        Weights::Extreme => -127,
        Weights::Zero => 0,
    };
    (0..count).map(|_| draw(rng)).collect()
}

/// A multiplier that takes accumulators of a good share of `bound` to 255.
fn multiplier(bound: i64, rng: &mut impl Rng) -> i32 {
    let share: f64 = rng.random_range(0.02..0.3);
    let real = (255.0 * 2f64.powi(32) / (share * bound.max(1) as f64)).min(2f64.powi(31) - 512.0);
    let value = real as i32;
    let cut = (32 - value.leading_zeros()).saturating_sub(Multiplier::BITS);
    let value = (value >> cut << cut).max(1);
    assert!(Multiplier::new(value).is_some());
    value
}

fn header(network: &Network, deconvolution_multipliers: heapless::Vec<i32, 16>, rng: &mut ChaCha8Rng) -> Header {
    let head = &network.spec().head;
    let stages: Vec<usize> = (0..=network.stages()).filter(|&s| network.head_reads(s)).collect();
    let gain = |rng: &mut ChaCha8Rng| {
        // Without normalization sums reach 2^24 * 2^5; with it they are of the order of 2^12 * 2^5 after the gain.
        let shift = if head.normalization == Normalization::None { 36..=40 } else { 30..=36 };
        let (m, n) = (rng.random_range(1 << 21..1 << 22), rng.random_range(shift));
        assert!(Gain::new(m, n).is_some());
        (m, n)
    };
    let relu = head.activation == MapActivation::Relu;
    Header {
        network: network.spec().clone(),
        class_names: (0..network.classes()).map(|i| name(&format!("class{i}"))).collect(),
        provenance: Provenance { producer: name("random"), ..Provenance::default() },
        scales: MapScales {
            input: 1.0,
            encoder: network.encoder().iter().map(|_| 1.0).collect(),
            decoder: network.decoder().iter().map(|_| 1.0).collect(),
        },
        deconvolution_multipliers,
        head: HeadNumbers {
            stage_gains: stages.iter().map(|_| gain(rng)).collect(),
            bias_q16: (0..network.classes()).map(|_| rng.random_range(-200_000..200_000)).collect(),
            map_multiplier: if relu { rng.random_range(1..1 << 22) << rng.random_range(0..6) } else { 0 },
            map_scale_q24: if relu { rng.random_range(1000..1 << 24) } else { 65_793 },
            inverse_sharpness_q24: (2f64.powi(24) / f64::from(head.sharpness)) as u32,
            mask_threshold: rng.random_range(1..=255),
            score_threshold_q16: rng.random_range(-65_536..65_536),
        },
    }
}

fn name<const N: usize>(text: &str) -> heapless::String<N> {
    text.try_into().expect("a short name")
}

/// round(2^31 * exp(-step * d)).
fn exponentials(step: f64) -> Vec<u32> {
    (0..256).map(|d| (2f64.powi(31) * (-step * f64::from(d)).exp()).round() as u32).collect()
}
