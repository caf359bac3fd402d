//! The host model as an engine, and the comparison with the core that every export makes.

use switchback::model::Model;
use switchback::stream::{Tap, TapValues};

use super::{CoreEngine, EngineError, Prediction};
use crate::host_model::{HostModel, HostTaps};
use crate::metrics::Parity;

/// The comparison could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    /// The host model failed.
    #[error("host model")]
    Host(#[from] candle_core::Error),
    /// The core failed.
    #[error(transparent)]
    Core(#[from] EngineError),
}

/// The host model's result in the common form.
pub fn prediction(model: &Model<'_>, taps: &HostTaps) -> Prediction {
    Prediction {
        scores: taps.scores_q16.iter().map(|&score| score as f64 / 65_536.0).collect(),
        shape: model.network().map_shape(),
        maps: taps.class_maps.iter().map(|map| map.iter().map(|&level| level as f32).collect()).collect(),
        labels: taps.labels.iter().map(|&label| label as u8).collect(),
    }
}

/// Runs one image through core and host model and counts the values that differ, at every layer and in the scores.
///
/// The name of the first tap that differs is put into `first_difference`, unless there is one already.
///
/// # Errors
/// [`ParityError`] when one of the two does not run.
pub fn compare(
    model: &Model<'_>,
    host: &HostModel<'_>,
    pixels: &[u8],
    first_difference: &mut Option<String>,
) -> Result<Parity, ParityError> {
    let mut watched = TapValues::default();
    let core = CoreEngine::new(model).run(pixels, &mut watched)?;
    let host = host.run(pixels)?;
    let mut parity = Parity { images: 1, values_compared: 0, mismatches: 0 };
    let mut count = |name: &dyn Fn() -> String, found: &[i64], expected: &[i64]| {
        let differing = found.iter().zip(expected).filter(|(found, expected)| found != expected).count();
        let differing = differing + found.len().abs_diff(expected.len());
        parity.values_compared += found.len() as u64;
        parity.mismatches += differing as u64;
        if differing > 0 && first_difference.is_none() {
            *first_difference = Some(name());
        }
    };
    for map in watched.maps(model.network()) {
        let expected = match map.tap {
            Tap::Input => &host.input,
            Tap::Convolution(i) => &host.convolutions[usize::from(i)],
            Tap::Switches(i) => &host.switches[usize::from(i)],
            Tap::Deconvolution(i) => &host.deconvolutions[usize::from(i)],
            Tap::ClassSums(i) => &host.class_sums[usize::from(i)],
            Tap::Logits => &host.logits,
            Tap::Labels => &host.labels,
            Tap::ClassMap(i) => &host.class_maps[usize::from(i)],
        };
        count(&|| map.tap.name(model.network()).to_string(), &map.values, expected);
    }
    let scores: Vec<i64> = core.scores.iter().map(|&score| (score * 65_536.0) as i64).collect();
    count(&|| "scores".into(), &scores, &host.scores_q16);
    Ok(parity)
}
