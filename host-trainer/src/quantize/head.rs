//! Rules 8 to 10: class-map weights, gains, the class maps' scale and the tables of log-sum-exp.

use switchback::model::Network;
use switchback::model::header::{HeadNumbers, MapScales};
use switchback::model::spec::{MapActivation, Normalization};

use super::layers::values;
use super::{QuantizeError, scalars};
use crate::float::FloatNetwork;

/// Class sums are moved up by this many bits before their mean is subtracted (rule 8).
const SUM_BITS: i32 = 5;
/// Fractional bits of a logit.
const LOGIT_BITS: i32 = 16;
/// Fractional bits of the class maps' scale and of 1/s.
const SCALE_BITS: i32 = 24;

/// The integers of the head.
pub(super) struct Head {
    pub numbers: HeadNumbers,
    pub weights: Vec<Vec<i8>>,
    pub exponentials: Vec<u32>,
}

/// `scales` are those of the stages' maps, `class_map_scale` is S_m.
pub(super) fn head(float: &FloatNetwork, scales: &MapScales, class_map_scale: f64) -> Result<Head, QuantizeError> {
    let network = float.network();
    let spec = network.spec().head;
    let mut stage_gains = heapless::Vec::new();
    let mut weights = Vec::new();
    for stage in 0..=network.stages() {
        if !network.head_reads(stage) {
            weights.push(Vec::new());
            continue;
        }
        let stage_weights = values(float, &format!("head.stage{stage}.weight"))?;
        let range = stage_weights.iter().fold(f32::MIN_POSITIVE, |range, w| range.max(w.abs()));
        let scale = f64::from(range) / 127.0;
        weights.push(stage_weights.iter().map(|&w| scalars::weight(w, scale)).collect());
        let map_scale = match spec.normalization {
            Normalization::None => stage_scale(network, scales, stage),
            Normalization::Standardize | Normalization::Rms => 1.0,
        };
        let real = scale * map_scale * 2f64.powi(LOGIT_BITS - SUM_BITS);
        // One a stage that the head reads, which is the list's capacity.
        let _ = stage_gains.push(scalars::gain(|| format!("gain of stage {stage}"), real)?);
    }
    let (map_multiplier, map_scale_q24) = match spec.activation {
        MapActivation::Softmax => (0, (2f64.powi(SCALE_BITS) / 255.0).round() as u32),
        MapActivation::Relu => {
            let scale_q24 = (class_map_scale * 2f64.powi(SCALE_BITS)).round().clamp(1.0, 2f64.powi(30));
            let real = 2f64.powi(SCALE_BITS - LOGIT_BITS) / scale_q24;
            (scalars::multiplier(|| "multiplier of the class maps".into(), real)?, scale_q24 as u32)
        }
    };
    let bias = values(float, "head.bias")?;
    let numbers = HeadNumbers {
        stage_gains,
        bias_q16: bias.iter().map(|&b| scalars::q16(b.into())).collect(),
        map_multiplier,
        map_scale_q24,
        inverse_sharpness_q24: (2f64.powi(SCALE_BITS) / f64::from(spec.sharpness)).round() as u32,
        mask_threshold: 128,
        score_threshold_q16: 0,
    };
    let step = f64::from(spec.sharpness) * f64::from(map_scale_q24) / 2f64.powi(SCALE_BITS);
    let exponentials = (0..256).map(|d| (2f64.powi(31) * (-step * f64::from(d)).exp()).round() as u32).collect();
    Ok(Head { numbers, weights, exponentials })
}

/// What one step of a stage's feature map stands for.
fn stage_scale(network: &Network, scales: &MapScales, stage: usize) -> f64 {
    let deconvolution = network.decoder().iter().position(|layer| layer.stage == stage && layer.ends_stage);
    let scale = match deconvolution {
        Some(index) => scales.decoder.get(index),
        None => scales.encoder.last(),
    };
    scale.copied().unwrap_or(1.0).into()
}
