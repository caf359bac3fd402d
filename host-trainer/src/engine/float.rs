//! The float network as an engine.

use candle_core::{Device, Tensor};
use switchback::model::Network;
use switchback::model::spec::MapActivation;

use super::Prediction;
use crate::data::Image8;
use crate::float::{FloatError, FloatNetwork};

/// Images a batch.
pub const BATCH: usize = 16;

/// Images of the network's size as one `[batch, channels, height, width]` tensor of pixel levels.
///
/// # Errors
/// [`FloatError::Compute`] when an image has another size.
pub fn batch(network: &Network, images: &[Image8]) -> Result<Tensor, FloatError> {
    let shape = network.input();
    let pixels: Vec<f32> = images.iter().flat_map(|image| image.pixels.iter().map(|&p| p.into())).collect();
    let channels_last = (images.len(), shape.height, shape.width, shape.channels);
    Ok(Tensor::from_vec(pixels, channels_last, &Device::Cpu)?.permute((0, 3, 1, 2))?.contiguous()?)
}

/// Predictions for images of the network's size. `map_scale` is S_m, what one level of a class map stands for.
///
/// # Errors
/// [`FloatError`] when a batch cannot be run.
pub fn predict(
    float: &FloatNetwork,
    images: &[Image8],
    map_scale: f64,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Prediction>, FloatError> {
    let network = float.network();
    let shape = network.map_shape();
    let softmax = network.spec().head.activation == MapActivation::Softmax;
    let mut predictions = Vec::with_capacity(images.len());
    for images in images.chunks(BATCH) {
        let seen = float.activations(&batch(network, images)?)?;
        let scores: Vec<Vec<f32>> = seen.scores.to_vec2()?;
        let maps: Vec<Vec<Vec<f32>>> = seen.maps.flatten_from(2)?.to_vec3()?;
        let logits: Vec<Vec<Vec<f32>>> = seen.logits.flatten_from(2)?.to_vec3()?;
        for ((scores, maps), logits) in scores.into_iter().zip(maps).zip(logits) {
            let level = |value: f32| (f64::from(value) / map_scale).clamp(0.0, 255.0) as f32;
            let maps = maps.iter().map(|map| map.iter().map(|&value| level(value)).collect()).collect();
            let labels = if softmax { argmax(&logits) } else { vec![0; shape.pixels()] };
            let scores = scores.into_iter().map(f64::from).collect();
            predictions.push(Prediction { scores, shape, maps, labels });
        }
        progress(images.len());
    }
    Ok(predictions)
}

/// The class of the largest logit of each pixel, the first winning a tie.
fn argmax(logits: &[Vec<f32>]) -> Vec<u8> {
    let pixels = logits.first().map_or(0, Vec::len);
    let best = |x: usize| {
        (1..logits.len()).fold(0, |best: usize, class| if logits[class][x] > logits[best][x] { class } else { best })
    };
    (0..pixels).map(|x| best(x) as u8).collect()
}
