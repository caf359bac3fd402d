//! Rules 1 to 6: the integers of the input table, of one convolution and of the deconvolution tied to it.

use switchback::model::OwnedConvolution;
use switchback::model::bounds::{convolution_bound, deconvolution_bound};
use switchback::numeric::MAX_ACCUMULATOR;

use super::ratios::{self, FilterScales, LARGEST_RATIOS};
use super::{Calibration, QuantizeError, scalars};
use crate::float::{FloatNetwork, INPUT_MEAN, INPUT_STD};

/// The input's table and what one of its steps stands for.
pub(super) struct Input {
    pub table: Vec<i8>,
    pub scale: f64,
}

/// A convolution's arrays; `weight_scale` is S_w of rule 2 where it is tied.
pub(super) struct Convolution {
    pub arrays: OwnedConvolution,
    pub weight_scale: f64,
    pub output_scale: f64,
}

/// A deconvolution's multiplier; its bias is in the tied convolution's arrays.
pub(super) struct Deconvolution {
    pub multiplier: i32,
    pub output_scale: f64,
}

/// The scale of a map whose accumulators have steps of `accumulator_scale` at most: as calibrated, or coarser where the map
/// is so faint that its steps would be finer than its accumulators' (a multiplier stands for less than 1/2).
fn output_scale(calibrated: f64, accumulator_scale: f64) -> f64 {
    calibrated.max(accumulator_scale * 2.001)
}

/// Reads a tensor's values and refuses what is not a number.
pub(super) fn values(float: &FloatNetwork, name: &str) -> Result<Vec<f32>, QuantizeError> {
    let tensor = float.tensor(name)?.flatten_all().and_then(|t| t.to_vec1::<f32>());
    let values = tensor.map_err(crate::float::FloatError::from)?;
    match values.iter().find(|v| !v.is_finite()) {
        Some(&found) => Err(QuantizeError::NotFinite { tensor: name.into(), found }),
        None => Ok(values),
    }
}

/// Rule 1: (level - mean) / std of every pixel level and channel, on one scale that does not clip.
pub(super) fn input(float: &FloatNetwork) -> Result<Input, QuantizeError> {
    let (mean, std) = (values(float, INPUT_MEAN)?, values(float, INPUT_STD)?);
    let level = |channel: usize, level: usize| (level as f64 - f64::from(mean[channel])) / f64::from(std[channel]);
    let ends = (0..mean.len()).flat_map(|channel| [level(channel, 0).abs(), level(channel, 255).abs()]);
    let scale = ends.fold(0.0, f64::max) / 127.0;
    let entry = |channel, pixel| (level(channel, pixel) / scale).round().clamp(-127.0, 127.0) as i8;
    let table = (0..mean.len()).flat_map(|channel| (0..256).map(move |pixel| entry(channel, pixel))).collect();
    Ok(Input { table, scale })
}

/// Rules 2 to 5: convolution `index`, whose input has the scale `input_scale`.
pub(super) fn convolution(
    float: &FloatNetwork,
    calibration: &Calibration,
    index: usize,
    input_scale: f64,
) -> Result<Convolution, QuantizeError> {
    let network = float.network();
    let layer = &network.encoder()[index];
    let name = network.convolution_name(index);
    let weights = values(float, &format!("{name}.weight"))?;
    let bias = values(float, &format!("{name}.bias"))?;
    let ranges: Vec<f32> = weights.chunks_exact(layer.filter_weights()).map(range).collect();
    let mut last_error = None;
    // The largest ratio is lowered until the tied deconvolution's accumulators are proven (rule 5).
    for &most in LARGEST_RATIOS.iter().rev() {
        let scales = if layer.tied {
            ratios::choose(&ranges, most)
        } else {
            FilterScales { base: 1.0, ratios: vec![1; ranges.len()] }
        };
        let filter_scale = |filter: usize| {
            if layer.tied { scales.of(filter) } else { untied_scale(ranges[filter], bias[filter], input_scale) }
        };
        let coarsest = (0..ranges.len()).map(filter_scale).fold(0.0, f64::max);
        let output_scale = output_scale(calibration.encoder_scale(index), input_scale * coarsest);
        let arrays = integers(float, index, (&weights, &bias), (input_scale, output_scale), filter_scale)?;
        let arrays = OwnedConvolution { ratios: if layer.tied { scales.ratios } else { Vec::new() }, ..arrays };
        match check_bounds(float, index, &arrays) {
            Ok(()) => return Ok(Convolution { arrays, weight_scale: scales.base, output_scale }),
            Err(error) => last_error = Some(error),
        }
    }
    Err(last_error.unwrap_or(QuantizeError::Overflow { layer: name.to_string(), channel: 0, bound: 0 }))
}

/// Rule 6: bias and multiplier of deconvolution `index`; the bias goes into the tied convolution's arrays.
pub(super) fn deconvolution(
    float: &FloatNetwork,
    calibration: &Calibration,
    index: usize,
    input_scale: f64,
    weight_scale: f64,
    arrays: &mut OwnedConvolution,
) -> Result<Deconvolution, QuantizeError> {
    let network = float.network();
    let layer = &network.decoder()[index];
    let name = network.deconvolution_name(layer);
    let scale = input_scale * weight_scale;
    let bias = values(float, &format!("{name}.bias"))?;
    arrays.deconvolution_bias = bias.iter().map(|&b| accumulator(b, scale)).collect();
    for (channel, &bias) in arrays.deconvolution_bias.iter().enumerate() {
        let bound = deconvolution_bound(layer, &arrays.weights, &arrays.ratios, bias, channel);
        if bound >= MAX_ACCUMULATOR {
            return Err(QuantizeError::Overflow { layer: name.to_string(), channel, bound });
        }
    }
    let output_scale = output_scale(calibration.decoder_scale(index), scale);
    let multiplier = scalars::multiplier(|| format!("multiplier of {name}"), scale / output_scale)?;
    Ok(Deconvolution { multiplier, output_scale })
}

/// Weights from `[o][c][ky][kx]` to the file's `[o][ky][kx][c]`, biases and multipliers.
fn integers(
    float: &FloatNetwork,
    index: usize,
    (weights, bias): (&[f32], &[f32]),
    (input_scale, output_scale): (f64, f64),
    filter_scale: impl Fn(usize) -> f64,
) -> Result<OwnedConvolution, QuantizeError> {
    let network = float.network();
    let layer = &network.encoder()[index];
    let (channels, taps) = (layer.input.channels, layer.kernel * layer.kernel);
    let mut arrays = OwnedConvolution::default();
    for (filter, (weights, &bias)) in weights.chunks_exact(layer.filter_weights()).zip(bias).enumerate() {
        let scale = filter_scale(filter);
        let file_order = (0..taps).flat_map(|tap| (0..channels).map(move |c| c * taps + tap));
        arrays.weights.extend(file_order.map(|i| scalars::weight(weights[i], scale)));
        arrays.bias.push(accumulator(bias, input_scale * scale));
        let what = || format!("multiplier of {}, filter {filter}", network.convolution_name(index));
        arrays.multipliers.push(scalars::multiplier(what, input_scale * scale / output_scale)?);
    }
    Ok(arrays)
}

fn check_bounds(float: &FloatNetwork, index: usize, arrays: &OwnedConvolution) -> Result<(), QuantizeError> {
    let network = float.network();
    let layer = &network.encoder()[index];
    for (channel, (filter, &bias)) in arrays.weights.chunks_exact(layer.filter_weights()).zip(&arrays.bias).enumerate()
    {
        let bound = convolution_bound(filter, bias, index == 0);
        if bound >= MAX_ACCUMULATOR {
            let layer = network.convolution_name(index).to_string();
            return Err(QuantizeError::Overflow { layer, channel, bound });
        }
    }
    for layer in network.decoder().iter().filter(|layer| layer.convolution == index) {
        for channel in 0..layer.output.channels {
            // Half of the range is left for the bias, which is not known yet.
            let bound = deconvolution_bound(layer, &arrays.weights, &arrays.ratios, 0, channel);
            if bound >= MAX_ACCUMULATOR / 2 {
                let layer = network.deconvolution_name(layer).to_string();
                return Err(QuantizeError::Overflow { layer, channel, bound });
            }
        }
    }
    Ok(())
}

/// The finest scale of a filter that clips neither its weights nor its bias.
fn untied_scale(range: f32, bias: f32, input_scale: f64) -> f64 {
    let by_bias = f64::from(bias.abs()) / (input_scale * (MAX_ACCUMULATOR / 4) as f64);
    (f64::from(range) / 127.0).max(by_bias).max(f64::from(f32::MIN_POSITIVE))
}

/// A real number as an accumulator; what does not fit saturates and is then refused by its bound.
fn accumulator(real: f32, scale: f64) -> i32 {
    (f64::from(real) / scale).round() as i32
}

/// The largest magnitude.
fn range(weights: &[f32]) -> f32 {
    weights.iter().fold(0.0, |range, w| range.max(w.abs()))
}
