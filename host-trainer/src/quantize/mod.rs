//! From a float network to the integers of a model file, by the numeric contract (`docs/numerics.md`).
//!
//! | what | file |
//! |---|---|
//! | the largest value of every map over calibration images | `calibration` |
//! | integer ratios of a tied layer's filter scales (rule 2) | `ratios` |
//! | weights, biases and multipliers of one layer (rules 2 to 5) | `layers` |
//! | class-map weights, gains and tables (rules 8 to 10) | `head` |
//! | real numbers as multipliers and gains (rule 4) | `scalars` |
//!
//! Ranges never clip what calibration saw: log-sum-exp and E{} live on the peaks.

mod calibration;
mod head;
mod layers;
mod ratios;
mod scalars;

use switchback::model::header::{Header, MapScales, Provenance};
use switchback::model::{EncodeError, ModelArrays, ModelError};

pub use calibration::Calibration;
pub use scalars::q16;

use crate::float::{FloatError, FloatNetwork, Method};

/// Why a float network cannot become an integer model.
#[derive(Debug, thiserror::Error)]
pub enum QuantizeError {
    /// The float network lacks a tensor, or could not be run.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// A weight is not a finite number.
    #[error("tensor {tensor}: found {found}, expected finite numbers")]
    NotFinite {
        /// Its layer path.
        tensor: String,
        /// What it holds.
        found: f32,
    },
    /// An accumulator could overflow whatever scales are chosen (rule 5).
    #[error("{layer}, channel {channel}: accumulator could reach {bound}, expected less than 2^30")]
    Overflow {
        /// Name of the layer.
        layer: String,
        /// The output channel.
        channel: usize,
        /// The magnitude it could reach.
        bound: i64,
    },
    /// A scale is outside what a multiplier can stand for.
    #[error("{what}: found {found}, expected {least} to {most}")]
    Scale {
        /// Which scale.
        what: String,
        /// Its value.
        found: f64,
        /// The smallest that works.
        least: f64,
        /// The largest that works.
        most: f64,
    },
    /// The method is not the product's: the core has no such layers.
    #[error("method: found {found:?}, expected {expected:?}")]
    Method {
        /// The network's.
        found: Method,
        /// The product's.
        expected: Method,
    },
    /// A name is too long for the model file.
    #[error("{what} '{found}': expected at most {most} bytes")]
    NameTooLong {
        /// Which name.
        what: &'static str,
        /// The name.
        found: String,
        /// Bytes that the file has room for.
        most: usize,
    },
    /// The arrays do not fit the network.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The reader refuses what was written.
    #[error("the written model is refused")]
    Refused(#[from] ModelError),
}

/// What a model file says about itself beside its numbers.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Names of the classes, class 0 first.
    pub classes: Vec<String>,
    /// Name of the data set.
    pub data: String,
    /// CRC-32 of the data set's list.
    pub data_crc32: u32,
    /// Seed of the training.
    pub seed: u64,
}

/// Quantizes `float` with the ranges of `calibration`. The mask threshold is 128 and the score threshold 0 until somebody
/// chooses them on a validation split.
///
/// # Errors
/// [`QuantizeError`] names the tensor, the layer and channel, or the scale that cannot be written.
pub fn quantize(
    float: &FloatNetwork,
    calibration: &Calibration,
    identity: &Identity,
) -> Result<ModelArrays, QuantizeError> {
    if float.method() != Method::default() {
        return Err(QuantizeError::Method { found: float.method(), expected: Method::default() });
    }
    let network = float.network();
    let input = layers::input(float)?;
    let mut convolutions = Vec::new();
    let mut weight_scales = Vec::new();
    let mut scales = MapScales { input: input.scale as f32, ..MapScales::default() };
    let mut input_scale = input.scale;
    for index in 0..network.encoder().len() {
        let quantized = layers::convolution(float, calibration, index, input_scale)?;
        convolutions.push(quantized.arrays);
        weight_scales.push(quantized.weight_scale);
        input_scale = quantized.output_scale;
        // One a convolution, which is the list's capacity; so below.
        let _ = scales.encoder.push(input_scale as f32);
    }
    let mut deconvolution_multipliers = heapless::Vec::new();
    for (index, layer) in network.decoder().iter().enumerate() {
        let arrays = &mut convolutions[layer.convolution];
        let weight_scale = weight_scales[layer.convolution];
        let quantized = layers::deconvolution(float, calibration, index, input_scale, weight_scale, arrays)?;
        let _ = deconvolution_multipliers.push(quantized.multiplier);
        input_scale = quantized.output_scale;
        let _ = scales.decoder.push(input_scale as f32);
    }
    let head = head::head(float, &scales, calibration.map_scale())?;
    let header = Header {
        network: network.spec().clone(),
        class_names: identity.classes.iter().map(|name| short("class", name)).collect::<Result<_, _>>()?,
        provenance: Provenance {
            producer: short("producer", concat!("switchback ", env!("CARGO_PKG_VERSION")))?,
            data: short("data set", &identity.data)?,
            data_crc32: identity.data_crc32,
            seed: identity.seed,
            threshold_from_masks: false,
        },
        scales,
        deconvolution_multipliers,
        head: head.numbers,
    };
    Ok(ModelArrays {
        header,
        convolutions,
        head_weights: head.weights,
        input_table: input.table,
        exponentials: head.exponentials,
    })
}

fn short<const N: usize>(what: &'static str, text: &str) -> Result<heapless::String<N>, QuantizeError> {
    let too_long = || QuantizeError::NameTooLong { what, found: text.into(), most: N };
    heapless::String::try_from(text).map_err(|_| too_long())
}
