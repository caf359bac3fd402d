//! `evaluate`: figures of a run or of one model file on a split.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use switchback::model::{Model, Network};

use super::export::trained_stages;
use super::{Failure, absolute, command_line};
use crate::data::{DataSet, OpenOptions, Split, Task};
use crate::engine::Prediction;
use crate::evaluation::{
    EvaluationSet, PredictError, constant_mask, core_predictions, float_predictions, host_predictions, judge,
};
use crate::float::FloatNetwork;
use crate::metrics::threshold::{Threshold, ThresholdSource};
use crate::metrics::{self, Controls, Engine, Metrics, StageId, StageResult, table};
use crate::run::{ModelFile, RunFolder, bar, write_json};

/// Judges a run (every stage) or one model file on a split.
///
/// Example: cargo xtask evaluate --run runs/phantoms --engine core
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[group(id = "what", required = true, multiple = false, args = ["run", "model"])]
pub struct Args {
    /// A run folder: every stage is judged.
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// A model file.
    #[arg(long, value_name = "FILE", requires = "data")]
    model: Option<PathBuf>,
    /// Another data set than the run's.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Name of the negative class, where it is not an obvious one.
    #[arg(long, value_name = "CLASS")]
    negative: Option<String>,
    /// The split to judge.
    #[arg(long, default_value = "test", value_parser = parse_split)]
    split: Split,
    /// The engine [default: core, and for a run float as well].
    #[arg(long, value_enum)]
    engine: Option<EngineChoice>,
    /// Folder for metrics.json [default: the run's `evaluation` folder; none for a model file].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Which arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum EngineChoice {
    /// The integer core, as on the device.
    Core,
    /// The host model in F64.
    Host,
    /// The trained f32 network.
    Float,
}

fn parse_split(text: &str) -> Result<Split, String> {
    text.parse().map_err(|_| format!("found '{text}', expected train, val or test"))
}

/// The two splits that judging needs.
struct Splits {
    validation: EvaluationSet,
    judged: EvaluationSet,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let folder = args.run.as_deref().map(RunFolder::existing).transpose()?;
    let info = folder.as_ref().map(RunFolder::info).transpose()?;
    let data_path = match (&args.data, &info) {
        (Some(path), _) => absolute(path),
        (None, Some(info)) => info.data.clone(),
        (None, None) => unreachable!("clap asks for --data beside --model"),
    };
    let seed = info.as_ref().map_or(0, |info| info.seed);
    let negative = args.negative.clone().or_else(|| info.as_ref().and_then(|info| info.negative.clone()));
    let mut data = DataSet::open(&data_path, &OpenOptions { seed, negative })?;
    if let (None, Some(info)) = (&args.data, &info) {
        data = data.without(&info.skipped)?;
    }
    let models: Vec<ModelFile> =
        model_paths(&args, folder.as_ref())?.iter().map(|path| ModelFile::read(path)).collect::<Result<_, _>>()?;
    let parsed: Vec<Model<'_>> = models.iter().map(ModelFile::model).collect::<Result<_, _>>()?;
    let network = parsed.last().ok_or_else(|| anyhow::anyhow!("run folder: found no model, expected one"))?.network();
    check_classes(network, &data)?;
    let splits = Splits {
        validation: EvaluationSet::load(&data, Split::Val, network, &bar("loading validation images"))?,
        judged: EvaluationSet::load(&data, args.split, network, &bar("loading images"))?,
    };
    let floats = match (&folder, args.engine) {
        (Some(folder), None | Some(EngineChoice::Float)) => trained_stages(folder)?,
        (None, Some(EngineChoice::Float)) => {
            let error = anyhow::anyhow!("--engine float: found a model file, which has integers only; expected --run");
            return Err(Failure::with_help(error, "name the run folder with --run"));
        }
        _ => Vec::new(),
    };
    let results = results(&parsed, &floats, args.engine, &splits)?;
    let metrics = Metrics {
        format: metrics::FORMAT,
        command: command_line(),
        seed,
        versions: BTreeMap::from([("switchback".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
        split: args.split.name().into(),
        images: splits.judged.len(),
        results,
        parity: None,
        controls: splits
            .judged
            .has_masks()
            .then(|| Controls { constant_mask: constant_mask(&splits.validation, &splits.judged) }),
    };
    println!("{}", table(&metrics));
    let out = args.out.clone().or_else(|| folder.map(|folder| folder.path().join("evaluation")));
    if let Some(out) = out {
        let path = out.join("metrics.json");
        write_json(&path, &metrics)?;
        println!("figures  {}", path.display());
    }
    Ok(())
}

/// The model file, or those of all stages of a run.
fn model_paths(args: &Args, folder: Option<&RunFolder>) -> Result<Vec<PathBuf>, Failure> {
    Ok(match (folder, &args.model) {
        (Some(folder), _) => (0..=folder.spec()?.stages).map(|stage| folder.stage_model(stage.into())).collect(),
        (None, Some(path)) => vec![Path::new(path).to_path_buf()],
        (None, None) => Vec::new(),
    })
}

fn check_classes(network: &Network, data: &DataSet) -> Result<(), Failure> {
    let (found, expected) = (data.classes.len(), network.classes());
    if found != expected {
        let error = anyhow::anyhow!("classes of the data set: found {found}, expected the model's {expected}");
        return Err(Failure::with_help(error, "evaluate with a data set of the classes that the model was trained on"));
    }
    Ok(())
}

fn results(
    models: &[Model<'_>],
    floats: &[FloatNetwork],
    engine: Option<EngineChoice>,
    splits: &Splits,
) -> Result<Vec<StageResult>, Failure> {
    let mut results = Vec::new();
    for (i, model) in models.iter().enumerate() {
        let stage = model.network().stages();
        let bar = bar(&format!("judging stage {stage}"));
        if let Some(float) = floats.get(i) {
            let scale = f64::from(model.header().head.map_scale_q24) / 2f64.powi(24);
            let id = StageId { engine: Engine::Float, stage };
            // The float network's own threshold: chosen from the validation split's labels.
            results.push(judged(id, None, splits, |set| float_predictions(float, scale, &set.images, &bar))?);
        }
        if engine != Some(EngineChoice::Float) {
            let id = StageId { engine: Engine::Int8, stage };
            let integers = |set: &EvaluationSet| predict_integers(engine, model, set, &bar);
            results.push(judged(id, stored_threshold(model, splits.judged.task), splits, integers)?);
        }
        bar.finish_and_clear();
    }
    Ok(results)
}

fn predict_integers(
    engine: Option<EngineChoice>,
    model: &Model<'_>,
    set: &EvaluationSet,
    bar: &ProgressBar,
) -> Result<Vec<Prediction>, PredictError> {
    match engine {
        Some(EngineChoice::Host) => host_predictions(model, &set.images, bar),
        _ => core_predictions(model, &set.images, bar),
    }
}

fn judged(
    id: StageId,
    threshold: Option<Threshold>,
    splits: &Splits,
    predict: impl Fn(&EvaluationSet) -> Result<Vec<Prediction>, PredictError>,
) -> Result<StageResult, Failure> {
    let (validation, test) = (predict(&splits.validation)?, predict(&splits.judged)?);
    Ok(judge(id, threshold, (&splits.validation, &validation), (&splits.judged, &test))?)
}

/// The mask threshold that the model carries.
fn stored_threshold(model: &Model<'_>, task: Task) -> Option<Threshold> {
    let header = model.header();
    let source = if header.provenance.threshold_from_masks { ThresholdSource::Masks } else { ThresholdSource::Labels };
    (task == Task::Binary).then_some(Threshold { level: header.head.mask_threshold, source })
}
