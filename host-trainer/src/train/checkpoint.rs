//! What a run needs to go on after an interruption, in one safetensors file that is replaced after every epoch.
//!
//! The network's tensors have their own names, the optimizer's velocities the same behind `velocity:`; the header's
//! notes hold the position and what the run was started with, as JSON.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::TrainError;
use super::phase::Phase;
use super::sgd::Sgd;
use crate::float::{FloatNetwork, read_tensors, write_tensors};

const VELOCITY: &str = "velocity:";
const POSITION: &str = "position";
const RUN: &str = "run";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub phase: Phase,
    /// Epochs of that phase that are done.
    pub epochs: usize,
    /// Steps done over all phases.
    pub steps: usize,
}

/// A run as it was after an epoch.
pub(super) struct Checkpoint {
    pub position: Position,
    pub tensors: BTreeMap<String, Tensor>,
    pub velocities: BTreeMap<String, Vec<f32>>,
}

/// Writes a checkpoint. `run` is a JSON object of all that must be the same when it goes on.
pub(super) fn save(
    path: &Path,
    position: Position,
    run: &Value,
    float: &FloatNetwork,
    sgd: &Sgd,
) -> Result<(), TrainError> {
    let mut velocities = Vec::new();
    for (name, velocity) in sgd.velocities() {
        velocities.push((format!("{VELOCITY}{name}"), Tensor::new(velocity.as_slice(), &Device::Cpu)?));
    }
    let weights = float.tensors().iter().map(|(name, var)| (name.clone(), var.as_tensor()));
    let all = weights.chain(velocities.iter().map(|(name, tensor)| (name.clone(), tensor)));
    let position = serde_json::json!(position).to_string();
    let notes = HashMap::from([(POSITION.to_owned(), position), (RUN.to_owned(), run.to_string())]);
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
    let note = |what| {
        let bad = || TrainError::BadCheckpoint { path: path.to_path_buf(), what };
        let text = stored.notes.get(what).ok_or_else(bad)?;
        serde_json::from_str::<Value>(text).map_err(|_| bad())
    };
    check_same_run(path, &note(RUN)?, run)?;
    let position = serde_json::from_value(note(POSITION)?)
        .map_err(|_| TrainError::BadCheckpoint { path: path.to_path_buf(), what: POSITION })?;
    let (mut tensors, mut velocities) = (BTreeMap::new(), BTreeMap::new());
    for (name, tensor) in stored.tensors {
        match name.strip_prefix(VELOCITY) {
            Some(name) => drop(velocities.insert(name.to_owned(), tensor.flatten_all()?.to_vec1()?)),
            None => drop(tensors.insert(name, tensor)),
        }
    }
    Ok(Some(Checkpoint { position, tensors, velocities }))
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
