//! What a run needs to go on after an interruption, in one safetensors file that is replaced after every epoch.
//!
//! The network's tensors have their own names, the optimizer's velocities the same behind `velocity:`, the weights of the
//! best epoch behind `best:`; the header's notes hold the position, the best epoch and what the run was started with, as
//! JSON. A second file of the same form holds the weights as they were before the phase.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Tensor};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use switchback::model::Network;

use super::best::{Best, BestEpoch};
use super::error::TrainError;
use super::phase::Phase;
use super::recipe::Recipe;
use super::sgd::Sgd;
use super::state::PhaseState;
use crate::float::{FloatNetwork, Method, read_tensors, write_tensors};

const VELOCITY: &str = "velocity:";
const BEST: &str = "best:";
const POSITION: &str = "position";
const BEST_EPOCH: &str = "best epoch";
const RUN: &str = "run";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub phase: Phase,
    /// Epochs of that phase that are done.
    pub epochs: usize,
    /// Steps done over all phases.
    pub steps: usize,
    /// Times that the phase was started again with half the learning rate.
    pub retries: u32,
}

/// A run as it was after an epoch.
pub(super) struct Checkpoint {
    pub position: Position,
    tensors: BTreeMap<String, Tensor>,
    velocities: BTreeMap<String, Vec<f32>>,
    best: Option<Best>,
}

impl Checkpoint {
    /// The phase as it was.
    ///
    /// # Errors
    /// [`TrainError::Float`] when the tensors are not those of `network`.
    pub fn into_state(self, network: Network, method: Method, recipe: &Recipe) -> Result<PhaseState, TrainError> {
        Ok(PhaseState {
            float: FloatNetwork::from_stored(network, method, self.tensors)?,
            sgd: Sgd::resumed(recipe, self.velocities),
            epochs: self.position.epochs,
            retries: self.position.retries,
            best: self.best,
        })
    }
}

/// Writes a checkpoint after `steps` steps over all phases. `run` is a JSON object of all that must be the same when it
/// goes on.
pub(super) fn save(path: &Path, phase: Phase, steps: usize, run: &Value, state: &PhaseState) -> Result<(), TrainError> {
    let mut velocities = Vec::new();
    for (name, velocity) in state.sgd.velocities() {
        velocities.push((format!("{VELOCITY}{name}"), Tensor::new(velocity.as_slice(), &Device::Cpu)?));
    }
    let weights = state.float.tensors().iter().map(|(name, var)| (name.clone(), var.as_tensor()));
    let best = state.best.iter().flat_map(|best| &best.weights).map(|(name, w)| (format!("{BEST}{name}"), w));
    let all = weights.chain(velocities.iter().map(|(name, tensor)| (name.clone(), tensor))).chain(best);
    let position = Position { phase, epochs: state.epochs, steps, retries: state.retries };
    let best = state.best.as_ref().map(|best| best.epoch);
    let notes = HashMap::from([
        (POSITION.to_owned(), serde_json::json!(position).to_string()),
        (BEST_EPOCH.to_owned(), serde_json::json!(best).to_string()),
        (RUN.to_owned(), run.to_string()),
    ]);
    Ok(write_tensors(path, all, Some(notes))?)
}

/// Reads a checkpoint of the run that `run` describes; `None` when there is none.
///
/// # Errors
/// [`TrainError::OtherRun`] names what differs, [`TrainError::BadCheckpoint`] what cannot be read.
pub(super) fn load(path: &Path, run: &Value) -> Result<Option<Checkpoint>, TrainError> {
    if !path.exists() {
        return Ok(None);
    }
    let stored = read_tensors(path)?;
    check_same_run(path, &note(path, &stored.notes, RUN)?, run)?;
    let position = note(path, &stored.notes, POSITION)?;
    let best_epoch: Option<BestEpoch> = note(path, &stored.notes, BEST_EPOCH)?;
    let (mut tensors, mut velocities, mut weights) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (name, tensor) in stored.tensors {
        if let Some(name) = name.strip_prefix(VELOCITY) {
            velocities.insert(name.to_owned(), tensor.flatten_all()?.to_vec1()?);
        } else if let Some(name) = name.strip_prefix(BEST) {
            weights.insert(name.to_owned(), tensor);
        } else {
            tensors.insert(name, tensor);
        }
    }
    let best = best_epoch.map(|epoch| Best { epoch, weights });
    Ok(Some(Checkpoint { position, tensors, velocities, best }))
}

fn note<T: DeserializeOwned>(
    path: &Path,
    notes: &HashMap<String, String>,
    what: &'static str,
) -> Result<T, TrainError> {
    let text = notes.get(what).and_then(|text| serde_json::from_str(text).ok());
    text.ok_or_else(|| TrainError::BadCheckpoint { path: path.to_path_buf(), what })
}

fn check_same_run(path: &Path, found: &Value, expected: &Value) -> Result<(), TrainError> {
    // Through text, as the file keeps it: a float must not differ from its own printed form.
    let expected: Value = serde_json::from_str(&expected.to_string()).unwrap_or_default();
    let keys = expected.as_object().into_iter().flatten().map(|(key, _)| key);
    for what in keys {
        if found.get(what) != expected.get(what) {
            let show = |run: &Value| run.get(what).map_or("none".into(), Value::to_string);
            let (path, what) = (path.to_path_buf(), what.clone());
            return Err(TrainError::OtherRun { found: show(found), expected: show(&expected), path, what });
        }
    }
    Ok(())
}
