//! Models of random weights, as an exporter would write them: calibrated on an image, every number an integer of this file.

use alloc::vec;
use alloc::vec::Vec;

use switchback::model::header::{HeadNumbers, Header, MapScales, Provenance};
use switchback::model::{ModelArrays, Network, OwnedConvolution};
use switchback::numeric::Multiplier;

use crate::calibration::{self, Map};
use crate::images::Image;
use crate::networks::Measured;

/// The largest scale ratio: filters of a trained layer differ by about as much.
const MOST_RATIO: u32 = 3;
/// Layers of more filters have equal ratios, so that their tied deconvolution keeps within its kernels' bounds.
const MANY_FILTERS: usize = 128;

/// Numbers that look random: xorshift of 32 bits.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// Between `-most` and `most`.
    fn signed(&mut self, most: i32) -> i32 {
        (self.next() >> 8) as i32 % (2 * most + 1) - most
    }

    /// Many small and few large ones, as trained weights are: a product of three, with a deviation of 24.
    fn weight(&mut self) -> i8 {
        let product = self.signed(127) * self.signed(127) * self.signed(127);
        (product / (127 * 127)) as i8
    }
}

/// The arrays of a model.
///
/// # Panics
/// Where the description is not a network.
pub fn arrays(measured: &Measured) -> ModelArrays {
    let network = Network::new(measured.spec.clone()).unwrap_or_else(|error| panic!("{}: {error}", measured.name));
    let mut random = Random(0x2545_f491);
    // The pixels less 128, whatever the data.
    let table: Vec<i8> = (0..256).map(|pixel| (pixel - 128i32).max(-127) as i8).collect();
    let mut map = image(&network, &table);
    let mut convolutions = Vec::new();
    for layer in network.encoder() {
        let weights: Vec<i8> = (0..layer.weights()).map(|_| random.weight()).collect();
        let (bias, multipliers, output) = calibration::convolution(layer, &weights, &map, measured.density);
        let filters = layer.output.channels;
        let most = if filters > MANY_FILTERS { 1 } else { MOST_RATIO };
        let ratios = (0..filters).map(|_| (1 + random.next() % most) as u8);
        convolutions.push(OwnedConvolution {
            weights,
            bias,
            multipliers,
            ratios: if layer.tied { ratios.collect() } else { Vec::new() },
            deconvolution_bias: if layer.tied { vec![0; layer.input.channels] } else { Vec::new() },
        });
        map = output;
    }
    let mut deconvolution_multipliers = heapless::Vec::new();
    for layer in network.decoder() {
        let convolution = &mut convolutions[layer.convolution];
        let (bias, multiplier) =
            calibration::deconvolution(layer, &convolution.weights, &convolution.ratios, measured.density);
        convolution.deconvolution_bias.fill(bias);
        deconvolution_multipliers.push(multiplier).unwrap_or_else(|_| panic!("more layers than a network has"));
    }
    let stages = || (0..=network.stages()).filter(|&stage| network.head_reads(stage));
    let head_weights = (0..=network.stages()).map(|stage| {
        let count = if network.head_reads(stage) { network.maps() * network.stage_shape(stage).channels } else { 0 };
        (0..count).map(|_| random.weight()).collect()
    });
    ModelArrays {
        head_weights: head_weights.collect(),
        header: Header {
            network: measured.spec.clone(),
            class_names: ["negative", "positive"].into_iter().map(name).collect(),
            provenance: Provenance {
                producer: name("bench-inputs"),
                data: name(&measured.name),
                ..Provenance::default()
            },
            scales: MapScales {
                input: 1.0,
                encoder: network.encoder().iter().map(|_| 1.0).collect(),
                decoder: network.decoder().iter().map(|_| 1.0).collect(),
            },
            deconvolution_multipliers,
            head: HeadNumbers {
                stage_gains: stages().map(|_| (1 << 21, measured.head_shift)).collect(),
                bias_q16: [0, 0].into_iter().collect(),
                map_multiplier: 1 << 20,
                // One part of 255.
                map_scale_q24: 65_793,
                inverse_sharpness_q24: (1 << 24) / 5,
                mask_threshold: 128,
                score_threshold_q16: 0,
            },
        },
        convolutions,
        input_table: table,
        exponentials: exponentials(),
    }
}

/// The textured image through the table.
fn image(network: &Network, table: &[i8]) -> Map {
    let shape = network.input();
    let mut pixels = vec![0; shape.elements()];
    for (y, row) in pixels.chunks_exact_mut(shape.row_elements()).enumerate() {
        Image::Textured.fill_row(shape, y, row);
    }
    Map { shape, values: pixels.iter().map(|&pixel| i16::from(table[usize::from(pixel)])).collect() }
}

/// 2^31 e^(-5 d / 255) for d of 0 to 255, each from the one before.
fn exponentials() -> Vec<u32> {
    /// 2^31 e^(-5/255).
    const STEP_Q31: u64 = 2_105_785_863;
    let next = |&value: &u32| Some(((u64::from(value) * STEP_Q31) >> 31) as u32);
    core::iter::successors(Some(1 << 31), next).take(256).collect()
}

fn name<const N: usize>(text: &str) -> heapless::String<N> {
    text.try_into().unwrap_or_default()
}

/// The multiplier that is nearest below `numerator / denominator` times 2^32.
pub(crate) fn multiplier(numerator: u64, denominator: u64) -> i32 {
    let value = ((numerator << 32) / denominator.max(1)).clamp(1, (1 << 31) - 512) as i32;
    let cut = (32 - value.leading_zeros()).saturating_sub(Multiplier::BITS);
    value >> cut << cut
}
