//! `train-and-quantize`: from a folder of labelled images, or generated phantoms, to a complete run folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::MultiProgress;
use switchback::model::Network;

use super::data_args::DataArgs;
use super::network_args::NetworkArgs;
use super::recipe_args::RecipeArgs;
use super::threshold_args::ThresholdArgs;
use super::{Failure, absolute, command_line, summary};
use crate::data::DataSet;
use crate::data::report::DataReport;
use crate::experiment::{Arm, Setting, run_trial};
use crate::float::Method;
use crate::metrics::ControlResult;
use crate::phantom::{Counts, PhantomOptions, write_data_set};
use crate::run::{DataFile, FinishOptions, RunFolder, RunInfo, bar, finish, write_json};
use crate::train::{Devices, IMAGE_MEMORY, TrainOptions, train};

/// Seed of the generated data set: the same images whatever the seed of the training.
const PHANTOM_SEED: u64 = 1;

/// Bytes.
const MIB: usize = 1 << 20;

/// Trains stage by stage, quantizes, proves the integers equal to the host model and writes the run folder.
///
/// Example: cargo xtask train-and-quantize --data scans --width 0.125 --input 160x160 --out runs/scans
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Folder of labelled images: labels.csv, a folder a class, VOC or Montgomery/Shenzhen. Without it phantoms are generated.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    data_args: DataArgs,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Leaves unreadable images out instead of stopping.
    #[arg(long)]
    skip_unreadable: bool,
    /// Seed of weights, order, crops and of the split where one is drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// MiB of decoded images to keep in memory; what is more is read from a temporary file in the run folder, with the same result.
    #[arg(long, value_name = "MIB", default_value_t = IMAGE_MEMORY / MIB)]
    image_memory: usize,
    /// Goes on from the run folder's checkpoint.
    #[arg(long)]
    resume: bool,
    /// A short training on few phantoms: shows that everything works, not what it reaches.
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    threshold: ThresholdArgs,
    /// Control networks to train as well and show beside the stages; `product` trains none [default: shallow on generated
    /// phantoms unless --quick, else none].
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ARM,…")]
    controls: Option<Vec<Arm>>,
    /// Test images on which core and host model are compared, at every layer.
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    parity_images: usize,
    /// The run folder [default: runs/NAME of the data set].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let progress = MultiProgress::new();
    let devices = args.recipe.device.open()?;
    let data_path = match &args.data {
        Some(path) => absolute(path),
        None => absolute(&phantoms(&args, &progress)?),
    };
    let opened = args.data_args.options(args.seed);
    let data = DataSet::open(&data_path, &opened)?;
    let network = args.network.network(data.task, data.classes.len())?;
    let recipe = args.recipe.recipe(network.spec(), &args.network.preset_or(default_preset(&args)))?;
    let out = args.out.clone().unwrap_or_else(|| default_out(&args, &data_path));
    let folder = RunFolder::new(&out);
    let (data, skipped) = survey(&args, data, &folder, &progress)?;
    folder.write_recipe(&recipe)?;
    let mut info = RunInfo {
        format: 1,
        command: command_line(),
        version: env!("CARGO_PKG_VERSION").into(),
        seed: args.seed,
        data: data_path,
        negative: opened.negative,
        masks: opened.masks,
        skipped,
        training_seconds: 0.0,
    };
    let options = TrainOptions {
        seed: args.seed,
        recipe,
        method: Method::default(),
        resume: args.resume,
        image_memory: args.image_memory.saturating_mul(MIB),
        out,
    };
    let start = Instant::now();
    let stages = train(network.spec(), &data, &options, &devices, &progress)?;
    info.training_seconds = start.elapsed().as_secs_f64();
    folder.write_info(&info)?;
    let options = FinishOptions {
        rule: args.threshold.rule(),
        parity_images: args.parity_images,
        controls: controls(&args, &network, &options, (&data, &devices), &folder, &progress)?,
        command: command_line(),
    };
    let finished = finish(&folder, &info, &data, &stages, &options, &progress)?;
    summary::print(&folder, &finished);
    println!("next    cargo xtask flash --model {}", folder.model().display());
    Ok(())
}

/// The preset where `--preset` names none.
fn default_preset(args: &Args) -> &'static str {
    match (args.quick, args.network.is_paper(), &args.data) {
        (true, _, _) => "quick",
        (false, true, _) => "tb",
        (false, false, None) => "phantoms",
        (false, false, Some(_)) => "microcontroller",
    }
}

/// Trains the control networks with the product's seed and recipe, in the folder `controls`.
fn controls(
    args: &Args,
    network: &Network,
    options: &TrainOptions,
    (data, devices): (&DataSet, &Devices),
    folder: &RunFolder,
    progress: &MultiProgress,
) -> Result<Vec<ControlResult>, Failure> {
    let default: &[Arm] = if args.data.is_none() && !args.quick { &[Arm::Shallow] } else { &[] };
    let setting = Setting {
        spec: network.spec().clone(),
        recipe: options.recipe.clone(),
        data,
        rule: args.threshold.rule(),
        resume: options.resume,
        devices,
        out: folder.path().join("controls"),
    };
    let mut results = Vec::new();
    for &arm in args.controls.as_deref().unwrap_or(default).iter().filter(|&&arm| arm != Arm::Product) {
        eprintln!("control {}", arm.description());
        results.extend(run_trial(&setting, arm, args.seed, progress)?.control());
    }
    Ok(results)
}

/// Looks at every image before training, says what was found and writes it; the data set without the images that are left
/// out, and their names.
fn survey(
    args: &Args,
    data: DataSet,
    folder: &RunFolder,
    progress: &MultiProgress,
) -> Result<(DataSet, Vec<String>), Failure> {
    let bar = progress.add(bar("looking at the images"));
    bar.set_length(data.samples.len() as u64);
    let report = DataReport::survey(&data, || bar.inc(1));
    bar.finish_and_clear();
    eprintln!("{}", report.text());
    let file = DataFile {
        format: 1,
        command: command_line(),
        version: env!("CARGO_PKG_VERSION").into(),
        seed: args.seed,
        report,
    };
    write_json(&folder.data(), &file)?;
    if !args.skip_unreadable {
        file.report.check_readable()?;
    }
    let skipped: Vec<String> = file.report.unreadable.into_iter().map(|image| image.name).collect();
    if skipped.is_empty() {
        return Ok((data, skipped));
    }
    eprintln!("        {} unreadable images are left out", skipped.len());
    Ok((data.without(&skipped)?, skipped))
}

/// `runs/NAME`, the name of the data set's folder; generated ones are `phantoms`.
fn default_out(args: &Args, data: &Path) -> PathBuf {
    let name = data.file_name().map(|name| name.to_os_string()).unwrap_or_else(|| "run".into());
    Path::new("runs").join(if args.data.is_some() { name } else { "phantoms".into() })
}

/// The generated data set, made now unless it is there.
fn phantoms(args: &Args, progress: &MultiProgress) -> Result<PathBuf, Failure> {
    let network = args.network.network(crate::data::Task::Binary, 2)?;
    let input = network.input();
    let counts = if args.quick { Counts { train: 300, val: 60, test: 60 } } else { Counts::default() };
    let options = PhantomOptions { width: input.width, height: input.height, seed: PHANTOM_SEED };
    let path =
        Path::new("runs").join("data").join(format!("phantoms-{}x{}-{}", input.width, input.height, counts.total()));
    if !path.exists() {
        let bar = progress.add(bar("drawing phantoms"));
        write_data_set(&path, &options, counts, &bar)?;
        bar.finish_and_clear();
    }
    Ok(path)
}
