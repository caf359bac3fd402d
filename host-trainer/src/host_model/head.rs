//! Rules 7 to 10 on whole maps: class sums by candle's matrix product, logits, class maps, labels and scores.

use candle_core::{DType, Result, Tensor};
use switchback::model::Model;
use switchback::model::spec::{ClassMaps, MapActivation, Normalization};

use super::{HostTaps, scalars};

/// The largest magnitude of a logit in Q16.
const MAX_LOGIT: f64 = ((1u64 << 30) - 1) as f64;

pub(super) fn run(model: &Model<'_>, weights: &[Option<Tensor>], stages: &[Tensor], taps: &mut HostTaps) -> Result<()> {
    let network = model.network();
    let head = &model.header().head;
    let maps = network.maps();
    let shape = network.map_shape();
    let mut gains = head.stage_gains.iter();
    let mut logits: Vec<f64> = (0..shape.pixels())
        .flat_map(|_| head.bias_q16[network.class_of_map(0)..].iter().map(|&b| f64::from(b)))
        .collect();
    for (stage, (map, weights)) in stages.iter().zip(weights).enumerate() {
        let Some(weights) = weights else {
            taps.class_sums.push(Vec::new());
            continue;
        };
        let (_, c, h, w) = map.dims4()?;
        let sums = weights.matmul(&map.reshape((c, h * w))?)?.t()?.contiguous()?;
        taps.class_sums.push(sums.flatten_all()?.to_dtype(DType::I64)?.to_vec1()?);
        let sums: Vec<f64> = sums.flatten_all()?.to_vec1()?;
        let n = (c * h * w) as i128;
        let a1 = map.sum_all()?.to_scalar::<f64>()? as i128;
        let a2 = map.sqr()?.sum_all()?.to_scalar::<f64>()? as i128;
        let &(m, shift) = gains.next().expect("a parsed model has a gain for every stage that its head reads");
        let normalization = network.spec().head.normalization;
        let (m, shift) = match normalization {
            Normalization::None => (m.into(), shift.into()),
            Normalization::Rms => scalars::gain(m.into(), shift.into(), n, scalars::isqrt(n * a2)),
            Normalization::Standardize => scalars::gain(m.into(), shift.into(), n, scalars::isqrt(n * a2 - a1 * a1)),
        };
        let totals: Vec<f64> = weights.sum(1)?.to_vec1()?;
        for y in 0..shape.height {
            for x in 0..shape.width {
                let r = network.expansion_shift(stage);
                let (row, column) = ((y >> r).min(h - 1), (x >> r).min(w - 1));
                for map in 0..maps {
                    let mean = if normalization == Normalization::Standardize {
                        scalars::mean_q5(a1, totals[map] as i128, n) as f64
                    } else {
                        0.0
                    };
                    let acc = sums[(row * w + column) * maps + map] * 32.0 - mean;
                    let contribution = (acc * m as f64 / 2f64.powi(shift) + 0.5).floor();
                    let logit = &mut logits[(y * shape.width + x) * maps + map];
                    *logit = (*logit + contribution.clamp(-MAX_LOGIT, MAX_LOGIT)).clamp(-MAX_LOGIT, MAX_LOGIT);
                }
            }
        }
    }
    taps.logits = logits.iter().map(|&l| l as i64).collect();
    class_maps(model, &logits, taps);
    scores(model, taps);
    Ok(())
}

/// Rule 9.
fn class_maps(model: &Model<'_>, logits: &[f64], taps: &mut HostTaps) {
    let network = model.network();
    let head = &model.header().head;
    let maps = network.maps();
    let activation = network.spec().head.activation;
    taps.class_maps = vec![Vec::new(); maps];
    for pixel in logits.chunks_exact(maps) {
        let values: Vec<i64> = match activation {
            MapActivation::Softmax => scalars::softmax(pixel),
            MapActivation::Relu => pixel
                .iter()
                .map(|l| (l * f64::from(head.map_multiplier) / 2f64.powi(32) + 0.5).floor().clamp(0.0, 255.0) as i64)
                .collect(),
        };
        let label = if activation == MapActivation::Relu && network.classes() == 2 {
            i64::from(values[maps - 1] >= i64::from(head.mask_threshold))
        } else {
            let maximum = pixel.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            pixel.iter().position(|&l| l == maximum).unwrap_or(0) as i64
        };
        taps.labels.push(label);
        for (plane, value) in taps.class_maps.iter_mut().zip(values) {
            plane.push(value);
        }
    }
}

/// Rule 10.
fn scores(model: &Model<'_>, taps: &mut HostTaps) {
    let head = &model.header().head;
    if model.network().spec().head.maps == ClassMaps::Evidence {
        taps.scores_q16.push(i64::from(head.bias_q16[0]).max(0));
    }
    for plane in &taps.class_maps {
        let maximum = plane.iter().copied().max().unwrap_or(0);
        let exponentials = model.exponentials();
        let total: f64 = plane.iter().map(|&q| f64::from(exponentials[(maximum - q) as usize].get())).sum();
        let mean_q24 = scalars::ln_q24(total as i128) - scalars::ln_q24((plane.len() as i128) << 31);
        let y_q48 = i128::from(maximum) * i128::from(head.map_scale_q24) * (1 << 24)
            + mean_q24 * i128::from(head.inverse_sharpness_q24);
        taps.scores_q16.push(scalars::divide_half_up(y_q48, 1 << 32) as i64);
    }
}
