//! The results for one image: from a device's replies, or from the core on the host.

use switchback::model::{AlignedBytes, MapShape, Model, Network};
use switchback::stream::{Checksums, Plan, Session, Tap};

use crate::engine::{EngineError, Prediction};

/// What a model says about one image, in integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Scores in Q16, one a class.
    pub scores_q16: Vec<i32>,
    /// Height and width of the maps, and how many there are.
    pub shape: MapShape,
    /// Class maps, `[map][height * width]`.
    pub maps: Vec<Vec<u8>>,
    /// The class of each pixel, `[height * width]`.
    pub labels: Vec<u8>,
    /// CRC-32 of the values of every tap, in the order in which an image reaches them.
    pub checksums: Vec<(Tap, u32)>,
    /// How long it took to compute, in the device's ticks; 0 on a host.
    pub ticks: u64,
}

impl Answer {
    /// Nothing yet of an image through `network`.
    pub(super) fn empty(network: &Network) -> Self {
        let shape = network.map_shape();
        Self {
            scores_q16: Vec::new(),
            shape,
            maps: vec![Vec::new(); shape.channels],
            labels: Vec::new(),
            checksums: Vec::new(),
            ticks: 0,
        }
    }

    /// The results in the form that all engines share.
    pub fn prediction(&self) -> Prediction {
        Prediction {
            scores: self.scores_q16.iter().map(|&score| f64::from(score) / 65_536.0).collect(),
            shape: self.shape,
            maps: self.maps.iter().map(|map| map.iter().map(|&level| level.into()).collect()).collect(),
            labels: self.labels.clone(),
        }
    }
}

/// Runs `model` on the host over an image of `height * width * channels` pixels, channels last.
///
/// # Errors
/// [`EngineError`] for another number of pixels.
pub fn on_host(model: &Model<'_>, pixels: &[u8]) -> Result<Answer, EngineError> {
    let network = model.network();
    let mut arena = AlignedBytes::zeroed(Plan::new(network).arena_bytes());
    let mut taps = Checksums::new();
    let mut answer = Answer::empty(network);
    let mut session = Session::with_observer(model, arena.as_mut_slice(), &mut taps)?;
    for row in pixels.chunks(network.input().row_elements()) {
        session.push_row(row)?;
    }
    let out = session.finish()?;
    let rows = 0..answer.shape.height;
    answer.scores_q16 = out.scores().iter().map(|score| score.to_bits()).collect();
    for (map, plane) in answer.maps.iter_mut().enumerate() {
        *plane = rows.clone().flat_map(|y| out.map_row(map, y)).copied().collect();
    }
    answer.labels = rows.flat_map(|y| out.label_row(y)).copied().collect();
    answer.checksums = taps.iter().collect();
    Ok(answer)
}
