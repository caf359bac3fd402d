//! `bench --host`: the speed of trainer and engines, in the same steps as `host-trainer/peers/step.py` measures PyTorch's.

use std::path::PathBuf;
use std::time::Instant;

use candle_core::{Device, Tensor};
use serde::Serialize;
use switchback::model::Network;
use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};

use super::bench_engine::{self, EngineSpeed};
use super::{Failure, command_line};
use crate::float::{Decoding, FloatNetwork};
use crate::run::write_json;
use crate::train::{
    DeviceChoice, Devices, Loss, Objective, Phase, Preset, Recipe, Replicas, Sgd, TrainedConvolutions, training_step,
};

/// Images a step.
const BATCH: usize = 16;
/// Filters of Table 1 in the measured networks.
const FILTERS: [u16; 5] = [16, 32, 48, 48, 32];
const STAGES: u8 = 3;
const LEARNING_RATE: f32 = 1e-3;

/// Measures the trainer's speed.
///
/// A training step (forward, backward, update) and a forward pass of Table 1 with three stages, batch 16, and images a second
/// through the integer core.
///
/// Example: cargo xtask bench --host
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The trainer on this machine.
    #[arg(long, required = true)]
    host: bool,
    /// Steps of each case; minimum and median are shown.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// In place of all that: one step of a network of the paper at full width, with the memory that it takes.
    #[arg(long, value_enum, value_name = "NETWORK")]
    full: Option<FullNetwork>,
    /// What the trainer computes on: cpu, cuda:N, or several GPUs as cuda:N,N,…
    #[arg(long, value_name = "DEVICE", default_value_t)]
    device: DeviceChoice,
    /// Folder for bench.json.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A network of the paper as it is trained there.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FullNetwork {
    /// Table 1, 320x320.
    Tb,
    /// Table 2, 224x224, 20 classes and background; only what is tied is trained.
    Voc,
}

/// The whole of `bench.json`, as far as the host goes.
#[derive(Serialize)]
struct BenchFile {
    format: u32,
    command: String,
    version: &'static str,
    /// Threads that work on a batch.
    threads: usize,
    /// What the trainer computed on.
    device: String,
    host: Vec<Case>,
    engines: Vec<EngineSpeed>,
}

/// One measured network; times are medians of the runs, beside the shortest.
#[derive(Serialize)]
struct Case {
    name: String,
    batch: usize,
    train_step_ms: f64,
    train_step_min_ms: f64,
    forward_ms: f64,
    forward_min_ms: f64,
    /// Trained, a second.
    images_per_second: f64,
    /// The most that the process ever had in memory, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_bytes: Option<u64>,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let devices = args.device.open()?;
    let mut host = Vec::new();
    println!("{:<24} {:>22}  {:>22}  {:>9}", "batch 16, float32", "step ms (min, median)", "forward ms", "images/s");
    let mut engines = Vec::new();
    if let Some(network) = args.full {
        let case = full(network, &devices)?;
        if let Some(bytes) = case.peak_memory_bytes {
            println!("{:<24} {:.2} GiB of memory at most", "", bytes as f64 / (1_u64 << 30) as f64);
        }
        host.push(case);
    } else {
        for side in [96, 160] {
            let mut spec = NetworkSpec::table1(1.0, input(side, 1), 2);
            for (convolution, filters) in spec.convolutions.iter_mut().zip(FILTERS) {
                convolution.filters = filters;
            }
            let spec = NetworkSpec { stages: STAGES, head: HeadSpec::PAPER_BINARY, ..spec };
            let recipe = Recipe { leak: 0.0, ..Recipe::default_for(&spec) };
            host.push(measure(format!("table 1, 16 wide, {side}x{side}"), spec, &recipe, &devices, args.runs)?);
        }
        engines = bench_engine::measure(args.runs.min(5))?;
    }
    if let Some(out) = &args.out {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let version = env!("CARGO_PKG_VERSION");
        let file = BenchFile {
            format: 1,
            command: command_line(),
            version,
            threads,
            device: args.device.to_string(),
            host,
            engines,
        };
        write_json(&out.join("bench.json"), &file)?;
    }
    Ok(())
}

fn input(side: u16, channels: u8) -> InputSpec {
    InputSpec { width: side, height: side, channels }
}

fn full(network: FullNetwork, devices: &Devices) -> Result<Case, Failure> {
    let (name, preset, spec) = match network {
        FullNetwork::Tb => ("table 1, 320x320", "tb", NetworkSpec::table1(1.0, input(320, 1), 2)),
        FullNetwork::Voc => ("VGG-16, 224x224", "voc", NetworkSpec::table2(1.0, input(224, 3), 21)),
    };
    let spec = NetworkSpec { head: HeadSpec::paper(spec.classes), ..spec };
    let recipe = Preset::built_in(preset).recipe(&spec, &[])?;
    measure(name.into(), spec, &recipe, devices, 1)
}

/// Measures one network and prints its line. One step more than `runs` comes first and is not counted, unless there is
/// one only.
fn measure(name: String, spec: NetworkSpec, recipe: &Recipe, devices: &Devices, runs: u32) -> Result<Case, Failure> {
    let objective = Objective::of(spec.head.activation);
    let mut float = FloatNetwork::new(Network::new(spec)?, Decoding::Tied, 0)?;
    let shape = float.network().input();
    float.set_input_statistics(&vec![127.5; shape.channels], &vec![73.9; shape.channels])?;
    if recipe.trained == TrainedConvolutions::Tied {
        float.freeze_untied_convolutions();
    }
    let pixels = (0..BATCH * shape.elements()).map(|i| (i * 7919 % 256) as f32).collect();
    let images = Tensor::from_vec(pixels, (BATCH, shape.channels, shape.height, shape.width), &Device::Cpu)?;
    let classes = float.network().classes();
    // Each image shows one class.
    let targets = (0..BATCH * classes).map(|i| f32::from(u8::from(i % classes == i / classes % classes))).collect();
    let targets = Tensor::from_vec(targets, (BATCH, classes), &Device::Cpu)?;

    let loss = Loss::new(objective, &vec![1.0; classes])?;
    let mut sgd = Sgd::new(recipe);
    let replicas = Replicas::on_all(&float, devices)?;
    let (mut steps, mut forwards) = (Vec::new(), Vec::new());
    for _ in 0..if runs > 1 { runs + 1 } else { 1 } {
        let start = Instant::now();
        training_step(Phase::Stage(STAGES), &replicas, &mut sgd, recipe, &loss, LEARNING_RATE, (&images, &targets))?;
        steps.push(milliseconds(start));
        let start = Instant::now();
        for part in 0..BATCH / recipe.micro_batch {
            replicas.first().forward(&images.narrow(0, part * recipe.micro_batch, recipe.micro_batch)?)?;
        }
        // A GPU is only told what to do until something asks for its results.
        replicas.first().device().synchronize()?;
        forwards.push(milliseconds(start));
    }
    if runs > 1 {
        steps.remove(0);
        forwards.remove(0);
    }
    let ((step_min, step), (forward_min, forward)) = (min_and_median(steps), min_and_median(forwards));
    let images_per_second = BATCH as f64 * 1e3 / step;
    println!("{name:<24} {step_min:>12.1} {step:>9.1}  {forward_min:>12.1} {forward:>9.1}  {images_per_second:>9.1}");
    Ok(Case {
        name,
        batch: BATCH,
        train_step_ms: step,
        train_step_min_ms: step_min,
        forward_ms: forward,
        forward_min_ms: forward_min,
        images_per_second,
        peak_memory_bytes: peak_memory_bytes(),
    })
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Of at least one number.
fn min_and_median(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2])
}

/// The process's largest resident set, from Linux's `/proc`.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?;
    Some(kib.parse::<u64>().ok()? * 1024)
}
