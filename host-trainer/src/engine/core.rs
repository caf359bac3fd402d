//! The integer core on the host: the same code, the same integers as on the device.

use switchback::model::{AlignedBytes, Model};
use switchback::stream::{Inference, Observer, Plan, RowError, Session, SessionError, UnfinishedFrame};

use super::Prediction;

/// The core refused an image. With an image of the network's size this does not happen.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The session could not start.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A row was refused.
    #[error(transparent)]
    Row(#[from] RowError),
    /// Too few rows.
    #[error(transparent)]
    Unfinished(#[from] UnfinishedFrame),
}

/// A model with a plan and an arena of its own.
pub struct CoreEngine<'m> {
    model: &'m Model<'m>,
    plan: Plan,
    arena: AlignedBytes,
}

impl<'m> CoreEngine<'m> {
    /// An engine for `model` with the kernels of a device that has memory enough.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self::with_plan(model, Plan::within(model, usize::MAX))
    }

    /// An engine for `model` with one of its plans.
    pub fn with_plan(model: &'m Model<'m>, plan: Plan) -> Self {
        let arena = AlignedBytes::zeroed(plan.arena_bytes());
        Self { model, plan, arena }
    }

    /// Runs one image of `height * width * channels` pixels, channels last, while `observer` watches.
    ///
    /// # Errors
    /// [`EngineError`] for another number of pixels.
    pub fn run(&mut self, pixels: &[u8], observer: impl Observer) -> Result<Prediction, EngineError> {
        let mut session = Session::with_plan(self.model, self.plan.clone(), self.arena.as_mut_slice(), observer)?;
        for row in pixels.chunks(self.model.network().input().row_elements()) {
            session.push_row(row)?;
        }
        Ok(prediction(&session.finish()?))
    }
}

fn prediction(out: &Inference<'_>) -> Prediction {
    let shape = out.shape();
    let map = |map| (0..shape.height).flat_map(|y| out.map_row(map, y)).map(|&level| level.into()).collect();
    Prediction {
        scores: out.scores().iter().map(|score| score.to_num()).collect(),
        shape,
        maps: (0..shape.channels).map(map).collect(),
        labels: (0..shape.height).flat_map(|y| out.label_row(y)).copied().collect(),
    }
}
