//! Every engine over many images.

use indicatif::ProgressBar;
use rayon::prelude::*;
use switchback::model::Model;

use crate::data::Image8;
use crate::engine::{self, CoreEngine, EngineError, Prediction};
use crate::float::{FloatError, FloatNetwork};
use crate::host_model::HostModel;

/// An engine could not run.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    /// The core.
    #[error(transparent)]
    Core(#[from] EngineError),
    /// The float network.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// The host model.
    #[error("host model")]
    Host(#[from] candle_core::Error),
}

/// The integer core, an arena a thread.
///
/// # Errors
/// [`PredictError::Core`] for an image of another size.
pub fn core_predictions(
    model: &Model<'_>,
    images: &[Image8],
    progress: &ProgressBar,
) -> Result<Vec<Prediction>, PredictError> {
    let run = |engine: &mut CoreEngine<'_>, image: &Image8| {
        let prediction = engine.run(&image.pixels, ())?;
        progress.inc(1);
        Ok(prediction)
    };
    images.par_iter().map_init(|| CoreEngine::new(model), run).collect()
}

/// The float network, class maps in levels of `map_scale`.
///
/// # Errors
/// [`PredictError::Float`] for an image of another size.
pub fn float_predictions(
    float: &FloatNetwork,
    map_scale: f64,
    images: &[Image8],
    progress: &ProgressBar,
) -> Result<Vec<Prediction>, PredictError> {
    Ok(engine::float::predict(float, images, map_scale, |done| progress.inc(done as u64))?)
}

/// The host model.
///
/// # Errors
/// [`PredictError::Host`] for an image of another size.
pub fn host_predictions(
    model: &Model<'_>,
    images: &[Image8],
    progress: &ProgressBar,
) -> Result<Vec<Prediction>, PredictError> {
    let host = HostModel::new(model)?;
    let run = |image: &Image8| {
        let prediction = engine::host::prediction(model, &host.run(&image.pixels)?);
        progress.inc(1);
        Ok(prediction)
    };
    images.iter().map(run).collect()
}
