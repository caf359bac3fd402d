//! The largest value of every map over calibration images, from which the maps' scales follow.

use candle_core::Tensor;
use switchback::model::Network;

use crate::float::{FloatError, FloatNetwork};

/// The largest level of a map.
const MAX_LEVEL: f64 = 255.0;
/// Range of a map that never was above zero: any will do.
const EMPTY_RANGE: f32 = 1.0;

/// Largest values seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    encoder: Vec<f32>,
    decoder: Vec<f32>,
    maps: f32,
    images: usize,
}

impl Calibration {
    /// Nothing seen yet.
    pub fn new(network: &Network) -> Self {
        Self {
            encoder: vec![0.0; network.encoder().len()],
            decoder: vec![0.0; network.decoder().len()],
            maps: 0.0,
            images: 0,
        }
    }

    /// Runs a batch of images (`[batch, channels, height, width]`, pixel levels) and widens the ranges by what it sees.
    ///
    /// # Errors
    /// [`FloatError`] when the batch cannot be run.
    pub fn see(&mut self, float: &FloatNetwork, images: &Tensor) -> Result<(), FloatError> {
        let seen = float.activations(images)?;
        for (range, map) in self.encoder.iter_mut().zip(&seen.encoder) {
            *range = range.max(maximum(map)?);
        }
        for (range, map) in self.decoder.iter_mut().zip(&seen.decoder) {
            *range = range.max(maximum(map)?);
        }
        self.maps = self.maps.max(maximum(&seen.maps)?);
        self.images += images.dim(0)?;
        Ok(())
    }

    /// Images seen.
    pub fn images(&self) -> usize {
        self.images
    }

    /// What one step of a convolution's output stands for.
    pub fn encoder_scale(&self, convolution: usize) -> f64 {
        scale(self.encoder[convolution])
    }

    /// What one step of a deconvolution's output stands for.
    pub fn decoder_scale(&self, deconvolution: usize) -> f64 {
        scale(self.decoder[deconvolution])
    }

    /// S_m, what one step of a class map stands for.
    pub fn map_scale(&self) -> f64 {
        scale(self.maps)
    }
}

fn scale(range: f32) -> f64 {
    f64::from(if range > 0.0 { range } else { EMPTY_RANGE }) / MAX_LEVEL
}

fn maximum(map: &Tensor) -> Result<f32, FloatError> {
    Ok(map.flatten_all()?.max(0)?.to_scalar()?)
}
