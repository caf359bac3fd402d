//! `evaluate`: figures of a run or of one model file on a split.

use std::collections::BTreeMap;
use std::path::PathBuf;

use indicatif::ProgressBar;
use switchback::model::{Model, Network};

use super::data_args::DataArgs;
use super::threshold_args::ThresholdArgs;
use super::{Failure, absolute, command_line};
use crate::data::{DataSet, Image8, Split, Task};
use crate::engine::Prediction;
use crate::evaluation::{
    EvaluationSet, OperatingPoint, PredictError, constant_controls, core_predictions, densities, erasure,
    float_predictions, host_predictions, judge,
};
use crate::float::FloatNetwork;
use crate::metrics::threshold::{Threshold, ThresholdSource};
use crate::metrics::{self, Engine, Erasure, Metrics, StageId, StageResult, table};
use crate::run::{ModelFile, RunFolder, bar, write_json};

/// Judges a run (every stage) or one model file on a split.
///
/// Integers are judged at the thresholds that their model carries, unless --threshold or --false-alarms is given.
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
    #[command(flatten)]
    data_args: DataArgs,
    /// The split to judge.
    #[arg(long, default_value = "test", value_parser = parse_split)]
    split: Split,
    #[command(flatten)]
    threshold: ThresholdArgs,
    /// Covers the lesions by noise and measures the image AUC of the last network again: whether the labels can be told
    /// without them. Needs masks.
    #[arg(long)]
    erase: bool,
    /// Shows which share of each map is not zero, layer by layer: the work of the deconvolutions depends on it.
    #[arg(long)]
    density: bool,
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
    let mut data = DataSet::open(&data_path, &args.data_args.options_of(info.as_ref(), args.data.is_some()))?;
    if let (None, Some(info)) = (&args.data, &info) {
        data = data.without(&info.skipped)?;
    }
    let models = models(&args, folder.as_ref())?;
    let parsed: Vec<Model<'_>> = models.iter().map(ModelFile::model).collect::<Result<_, _>>()?;
    let network = parsed.last().ok_or_else(|| anyhow::anyhow!("run folder: found no model, expected one"))?.network();
    check_classes(network, &data)?;
    let splits = Splits {
        validation: EvaluationSet::load(&data, Split::Val, network, &bar("loading validation images"))?,
        judged: EvaluationSet::load(&data, args.split, network, &bar("loading images"))?,
    };
    let floats = match (&folder, args.engine) {
        (Some(folder), None | Some(EngineChoice::Float)) => folder.float_stages()?,
        (None, Some(EngineChoice::Float)) => {
            let error = anyhow::anyhow!("--engine float: found a model file, which has integers only; expected --run");
            return Err(Failure::with_help(error, "name the run folder with --run"));
        }
        _ => Vec::new(),
    };
    let networks = networks(&parsed, &floats, args.engine);
    let results = networks.iter().map(|network| judged(network, &args, &splits)).collect::<Result<_, _>>()?;
    let erasure = match networks.last() {
        Some(last) if args.erase => Some(erased(last, &splits.judged, seed)?),
        _ => None,
    };
    let metrics = Metrics {
        format: metrics::FORMAT,
        command: command_line(),
        seed,
        versions: BTreeMap::from([("switchback".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
        split: args.split.name().into(),
        images: splits.judged.len(),
        allowed_false_alarm_rate: (data.task == Task::Binary).then_some(args.threshold.rule().false_alarms),
        results,
        parity: None,
        controls: Some(constant_controls(&splits.validation, &splits.judged)),
        erasure,
    };
    println!("{}", table(&metrics));
    if let (true, Some(model)) = (args.density, parsed.last()) {
        print_densities(model, &splits.judged)?;
    }
    let out = args.out.clone().or_else(|| folder.map(|folder| folder.path().join("evaluation")));
    if let Some(out) = out {
        let path = out.join("metrics.json");
        write_json(&path, &metrics)?;
        println!("figures  {}", path.display());
    }
    Ok(())
}

/// The model file, or those of all stages of a run.
fn models(args: &Args, folder: Option<&RunFolder>) -> Result<Vec<ModelFile>, Failure> {
    Ok(match (folder, &args.model) {
        (Some(folder), _) => folder.model_stages()?,
        (None, Some(path)) => vec![ModelFile::read(path)?],
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

/// A network and the arithmetic that runs it.
struct Runner<'a> {
    id: StageId,
    model: &'a Model<'a>,
    arithmetic: Arithmetic<'a>,
}

enum Arithmetic<'a> {
    Core,
    Host,
    Float(&'a FloatNetwork),
}

/// Every stage with every engine that was asked for, the final stage's integers last where there are any.
fn networks<'a>(models: &'a [Model<'a>], floats: &'a [FloatNetwork], engine: Option<EngineChoice>) -> Vec<Runner<'a>> {
    let mut networks = Vec::new();
    for (i, model) in models.iter().enumerate() {
        let stage = model.network().stages();
        let mut add = |engine, arithmetic| networks.push(Runner { id: StageId { engine, stage }, model, arithmetic });
        if let Some(float) = floats.get(i) {
            add(Engine::Float, Arithmetic::Float(float));
        }
        match engine {
            None | Some(EngineChoice::Core) => add(Engine::Int8, Arithmetic::Core),
            Some(EngineChoice::Host) => add(Engine::Int8, Arithmetic::Host),
            Some(EngineChoice::Float) => {}
        }
    }
    networks
}

impl Runner<'_> {
    fn predict(&self, images: &[Image8], bar: &ProgressBar) -> Result<Vec<Prediction>, PredictError> {
        bar.inc_length(images.len() as u64);
        match self.arithmetic {
            Arithmetic::Core => core_predictions(self.model, images, bar),
            Arithmetic::Host => host_predictions(self.model, images, bar),
            Arithmetic::Float(float) => {
                let scale = f64::from(self.model.header().head.map_scale_q24) / 2f64.powi(24);
                float_predictions(float, scale, images, bar)
            }
        }
    }

    /// What the model carries; integers only, as the float network chooses its own.
    fn stored(&self, task: Task) -> Option<OperatingPoint> {
        let header = self.model.header();
        let from_masks = header.provenance.threshold_from_masks;
        let source = if from_masks { ThresholdSource::Masks } else { ThresholdSource::Labels };
        (task == Task::Binary && self.id.engine == Engine::Int8).then_some(OperatingPoint {
            mask: Threshold { level: header.head.mask_threshold, source },
            margin: f64::from(header.head.score_threshold_q16) / 65_536.0,
        })
    }
}

/// Figures of one network: integers at the thresholds that they carry, unless others were asked for.
fn judged(network: &Runner<'_>, args: &Args, splits: &Splits) -> Result<StageResult, Failure> {
    let bar = bar(&format!("judging stage {}", network.id.stage));
    let stored = network.stored(splits.judged.task).filter(|_| !args.threshold.is_given());
    let validation = network.predict(&splits.validation.images, &bar)?;
    let test = network.predict(&splits.judged.images, &bar)?;
    let rule = args.threshold.rule();
    let result = judge(network.id, rule, stored, (&splits.validation, &validation), (&splits.judged, &test))?;
    bar.finish_and_clear();
    Ok(StageResult { macs: Some(network.model.network().macs()), ..result })
}

fn erased(network: &Runner<'_>, set: &EvaluationSet, seed: u64) -> Result<Erasure, Failure> {
    let bar = bar("erasing lesions");
    let predict = |images: &[Image8]| network.predict(images, &bar).map_err(anyhow::Error::from);
    let erasure = erasure(network.id, set, seed, predict)?;
    bar.finish_and_clear();
    Ok(erasure)
}

/// The final stage's maps.
fn print_densities(model: &Model<'_>, set: &EvaluationSet) -> Result<(), Failure> {
    let bar = bar("counting zeros");
    bar.inc_length(set.images.len() as u64);
    let densities = densities(model, &set.images, &bar)?;
    bar.finish_and_clear();
    println!("{:<12} {:>12} {:>12}", "layer", "reads", "writes");
    for density in densities {
        println!("{:<12} {:>10.1} % {:>10.1} %", density.layer, 100.0 * density.input, 100.0 * density.output);
    }
    println!("not zero, of {} images; a deconvolution reads what it has unpooled\n", set.images.len());
    Ok(())
}
