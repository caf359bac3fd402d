//! The phases in their order, and what one hands to the next.

use std::path::{Path, PathBuf};

use indicatif::MultiProgress;
use serde_json::json;
use switchback::model::Network;
use switchback::model::spec::{MapActivation, NetworkSpec};

use super::balance::ClassBalance;
use super::checkpoint;
use super::devices::Devices;
use super::error::TrainError;
use super::images::Images;
use super::log::Log;
use super::loss::{Loss, Objective};
use super::phase::{Phase, Trainer};
use super::progress::line;
use super::recipe::{IMAGENET, InputStatistics, Recipe};
use super::sgd::Sgd;
use super::state::PhaseState;
use super::store::Room;
use crate::data::{DataSet, Split, Task};
use crate::float::{FloatNetwork, Method, NewHead};

/// Images that first weights are fitted to.
const FITTED_IMAGES: usize = 64;

/// How a network is trained and where it is written.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// Selects first weights, orders, crops and mirrors.
    pub seed: u64,
    /// Phases and optimizer.
    pub recipe: Recipe,
    /// The product's method, or one that it is measured against.
    pub method: Method,
    /// Whether to go on from `out/checkpoint`, where there is one.
    pub resume: bool,
    /// Bytes of decoded images that are kept in memory, as [`IMAGE_MEMORY`](super::IMAGE_MEMORY); what is more lies in a
    /// temporary file in `out/checkpoint`. It changes no result.
    pub image_memory: usize,
    /// The run folder: gets `log.csv`, `checkpoint/` and `stages/`.
    pub out: PathBuf,
}

/// Where the weights of one stage's network lie in a run folder.
pub fn stage_path(out: &Path, stage: usize) -> PathBuf {
    out.join("stages").join(format!("stage-{stage}.safetensors"))
}

/// Trains stage by stage (section 4.2) from the images and labels of the train split; masks are never opened. Steps and
/// validation are computed on `devices`.
///
/// Returns the trained network of every stage, 0 to `spec.stages`, each with a description of its own number of stages;
/// they are also written to [`stage_path`] as they are done. They are on the CPU.
///
/// # Errors
/// [`TrainError`] names what cannot be used, read or written, or the step at which training diverged.
pub fn train(
    spec: &NetworkSpec,
    data: &DataSet,
    options: &TrainOptions,
    devices: &Devices,
    progress: &MultiProgress,
) -> Result<Vec<FloatNetwork>, TrainError> {
    let recipe = &options.recipe;
    recipe.check()?;
    let network = Network::new(spec.clone())?;
    check_fit(&network, data)?;

    let input = network.input();
    let margin = |side: usize| (side as f32 * recipe.crop_margin).round() as usize;
    let folder = options.out.join("checkpoint");
    let mut room = Room { memory: options.image_memory, folder: folder.clone() };
    let size = (margin(input.width), margin(input.height));
    let train = Images::load(data, Split::Train, &network, size, &mut room, progress)?;
    let validation = Images::load(data, Split::Val, &network, (input.width, input.height), &mut room, progress)?;
    let (mean, std) = train.statistics();
    let (mean, std) = match recipe.input_statistics {
        InputStatistics::Data => (mean.to_vec(), std.to_vec()),
        InputStatistics::Imagenet => (IMAGENET.0.to_vec(), IMAGENET.1.to_vec()),
    };
    // The pixels' statistics stand for the images: another data set of the same size is another run.
    let run = json!({
        "network": spec,
        "recipe": recipe,
        "method": options.method,
        "seed": options.seed,
        "images": [train.len(), validation.len()],
        "input mean": mean,
        "input std": std,
    });
    let checkpoint_path = folder.join("training.safetensors");
    let mut checkpoint = if options.resume { checkpoint::load(&checkpoint_path, &run)? } else { None };
    let position = checkpoint.as_ref().map(|c| c.position);
    let steps = position.map_or(0, |position| position.steps);
    let log = Log::open(&options.out.join("log.csv"), steps)?;
    let objective = Objective::of(network.spec().head.activation);
    let balance = ClassBalance::new(objective, train.len(), train.class_counts(), recipe.balance);
    line(progress, &balance.describe(&data.classes));
    let mut trainer = Trainer {
        devices,
        seed: options.seed,
        recipe,
        train,
        validation,
        progress,
        log,
        loss: Loss::new(objective, balance.weights())?,
        balance,
        checkpoint: checkpoint_path,
        phase_start: folder.join("phase-start.safetensors"),
        run,
        steps,
    };

    let stages = (1..=spec.stages).map(Phase::Stage);
    let mut classifier = None;
    let mut trained: Vec<FloatNetwork> = Vec::new();
    for phase in [Phase::Classification, Phase::Baseline].into_iter().chain(stages) {
        let network = Network::new(NetworkSpec { stages: phase.stages(), ..spec.clone() })?;
        let path = stage_path(&options.out, phase.stages().into());
        if position.is_some_and(|position| phase < position.phase) {
            if phase != Phase::Classification {
                trained.push(FloatNetwork::load(network, options.method, &path)?);
            }
            continue;
        }
        let state = match checkpoint.take() {
            Some(checkpoint) => checkpoint.into_state(network, options.method, recipe)?,
            None => {
                let seed = weights_seed(options.seed, phase);
                let before = trained.last().or(classifier.as_ref()).filter(|_| !recipe.independent_stages);
                let float = match (phase, before) {
                    (Phase::Stage(_), Some(last)) if !recipe.fresh_head => {
                        last.with_stages(network, NewHead::Continued, seed)?
                    }
                    (_, Some(last)) => last.with_stages(network, NewHead::Fresh, seed)?,
                    (_, None) => first_network(network, options, (&mean, &std), &trainer.train)?,
                };
                PhaseState::new(float, Sgd::new(recipe))
            }
        };
        let float = trainer.run_phase(phase, state)?;
        if phase == Phase::Classification {
            classifier = Some(float);
        } else {
            float.save(&path)?;
            trained.push(float);
        }
    }
    Ok(trained)
}

/// A network at the start of the training, with a classifier where there is a classification phase.
fn first_network(
    network: Network,
    options: &TrainOptions,
    (mean, std): (&[f32], &[f32]),
    images: &Images,
) -> Result<FloatNetwork, TrainError> {
    let recipe = &options.recipe;
    let input = network.input();
    let seed = weights_seed(options.seed, Phase::Classification);
    let mut float = FloatNetwork::new(network, options.method, seed)?;
    if recipe.classification.epochs > 0 {
        float = float.with_classifier(recipe.hidden, !seed)?;
    }
    float.set_input_statistics(mean, std)?;
    if let Some(path) = &recipe.first_weights {
        float.start_from(path)?;
    }
    if recipe.fitted_start {
        float.fit_first_weights(&images.spread(FITTED_IMAGES, input.width, input.height)?)?;
    }
    Ok(float)
}

/// Whether a network's classes and head suit a data set's labels.
fn check_fit(network: &Network, data: &DataSet) -> Result<(), TrainError> {
    if network.classes() != data.classes.len() {
        return Err(TrainError::WrongClasses { found: network.classes(), expected: data.classes.len() });
    }
    if data.task == Task::MultiLabel && network.spec().head.activation == MapActivation::Relu {
        return Err(TrainError::HeadForOneLabel);
    }
    Ok(())
}

/// The seed of a phase's new weights.
fn weights_seed(seed: u64, phase: Phase) -> u64 {
    seed.wrapping_add(phase.number() << 32)
}
