//! `device`: one or more images through a connected device, compared with the core on the host bit for bit.
//!
//! `cargo xtask flash` starts the device and then calls this.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use switchback::model::{Model, Network};

use super::{Failure, command_line, infer};
use crate::data::{DataError, DataSet, Image8, OpenOptions, Split, load_image, resize};
use crate::device::{Address, Answer, Client, Comparison, DeviceError, PlannedModel, on_host, patience};
use crate::phantom::{PhantomOptions, generate};
use crate::run::{ModelFile, RunFolder, bar, write_json};

/// How long a starting device may take until it accepts connections.
const START: Duration = Duration::from_secs(10);

/// Runs images on a connected device and compares every layer and every result with the host.
///
/// Example: cargo run --release -p host-trainer -- device --connect tcp:127.0.0.1:4000 --model runs/default/model.sbk --out runs/default/flash
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Where the device is: tcp:HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS")]
    connect: Address,
    /// The model that the device runs
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Sends the model first, over the link, where the device runs another one
    #[arg(long)]
    update: bool,
    /// The image; by default a generated phantom with a lesion
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    image: Option<PathBuf>,
    /// Takes the first images of this data set's test split
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many images of the data set
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), requires = "data")]
    count: u32,
    /// Where the pictures go
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How long to wait for one answer; by default what the model's size asks for
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
}

/// The whole of `device.json`: what the device said after its images, all of which were equal to the host's.
#[derive(Serialize)]
struct DeviceReport<'r> {
    format: u32,
    command: String,
    version: &'static str,
    board: &'r str,
    images: u64,
    arena_bytes: u32,
    /// How long an image took to compute, on average.
    ticks_per_image: u64,
    ticks_per_second: u32,
    /// The most bytes of stack that were used.
    stack_used: u32,
    stack_bytes: u32,
    damaged_frames: u32,
    last_error: &'r str,
}

/// Device and host had different values.
#[derive(Debug, thiserror::Error)]
#[error("device, image {image}: found other values than the host's, first in {layer}; expected equal ones")]
struct DeviceDiffers {
    image: String,
    /// The first layer that differs.
    layer: String,
}

/// Something to run: an image of the network's size and its name.
struct Input {
    name: String,
    image: Image8,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let file = ModelFile::read(&args.model)?;
    let model = file.model()?;
    let network = model.network();
    let inputs = inputs(&args, &model)?;
    let patience = args.timeout.map_or_else(|| patience(network), Duration::from_secs);

    let mut client = Client::connect(&args.connect, START, patience).map_err(failure)?;
    if args.update {
        update(&mut client, &model)?;
    }
    let identity = client.identify(&model).map_err(failure)?;
    println!("{} runs this model in an arena of {} bytes", identity.board, identity.arena_bytes);
    let mut ticks = 0;
    for input in &inputs {
        let device = run_on_device(&mut client, network, &input.image).map_err(failure)?;
        let host = on_host(&model, &input.image.pixels)?;
        let comparison = Comparison::new(network, &host, &device);
        ticks += device.ticks;
        let prediction = device.prediction();
        infer::print_scores(&model, Path::new(&input.name), &prediction);
        if inputs.len() == 1 || !comparison.is_equal() {
            println!("{comparison}");
        }
        infer::draw(&model, &input.image, &prediction, &args.out, &picture_stem(&input.name))?;
        if !comparison.is_equal() {
            let layer = comparison.first_difference().map_or("the results sent", |tap| &tap.name).to_owned();
            return Err(DeviceDiffers { image: input.name.clone(), layer }.into());
        }
    }
    let status = client.status().map_err(failure)?;
    client.shut_down().map_err(failure)?;
    let images = inputs.len() as u64;
    let report = DeviceReport {
        format: 1,
        command: command_line(),
        version: env!("CARGO_PKG_VERSION"),
        board: &identity.board,
        images,
        arena_bytes: identity.arena_bytes,
        ticks_per_image: ticks / images.max(1),
        ticks_per_second: identity.ticks_per_second,
        stack_used: status.stack_used,
        stack_bytes: status.stack_bytes,
        damaged_frames: status.damaged_frames,
        last_error: &status.last_error,
    };
    write_json(&args.out.join("device.json"), &report)?;
    println!("stack: at most {} of {} bytes were used", status.stack_used, status.stack_bytes);
    println!("device and host are equal bit for bit, images: {}", inputs.len());
    println!("pictures  {}", args.out.display());
    Ok(())
}

pub(super) fn failure(error: DeviceError) -> Failure {
    match error.help() {
        Some(help) => Failure::with_help(error, help),
        None => error.into(),
    }
}

fn inputs(args: &Args, model: &Model<'_>) -> Result<Vec<Input>, DataError> {
    let shape = model.network().input();
    let load = |name: &str, path: &Path| {
        let image = resize(&load_image(path, shape.channels)?, shape.width, shape.height);
        Ok(Input { name: name.to_owned(), image })
    };
    if let Some(path) = &args.image {
        return Ok(vec![load(&path.file_name().unwrap_or_default().to_string_lossy(), path)?]);
    }
    let Some(root) = &args.data else {
        return Ok(vec![phantom(model.network())]);
    };
    // What the training was told gives the same classes, and draws the same test split, again.
    let folder = args.model.parent().and_then(|folder| RunFolder::existing(folder).ok());
    let negative = folder.and_then(|folder| folder.info().ok()?.negative);
    let options = OpenOptions { seed: model.header().provenance.seed, negative, masks: None };
    let data = DataSet::open(root, &options)?;
    data.split(Split::Test).take(args.count as usize).map(|sample| load(&sample.name, &sample.path)).collect()
}

/// The first phantom with a lesion, at the network's size.
fn phantom(network: &Network) -> Input {
    let shape = network.input();
    let [width, height] = [shape.width, shape.height].map(|side| side.max(PhantomOptions::SMALLEST));
    let grey = generate(&PhantomOptions { width, height, ..PhantomOptions::default() }, 1).image;
    let grey = resize(&grey, shape.width, shape.height);
    let pixels = grey.pixels.iter().flat_map(|&level| std::iter::repeat_n(level, shape.channels)).collect();
    Input { name: "phantom-1".to_owned(), image: Image8 { channels: shape.channels, pixels, ..grey } }
}

/// Sends `model` to a device that runs another one.
fn update(client: &mut Client, model: &Model<'_>) -> Result<(), Failure> {
    let identity = client.identity().map_err(failure)?;
    if identity.model_crc32 == model.crc32() {
        println!("{} runs this model already", identity.board);
        return Ok(());
    }
    let planned = PlannedModel::on_device(model, &identity);
    let bar = bar("new model, bytes");
    bar.set_length(model.bytes().len() as u64);
    let sent = client.update(model.bytes(), &planned.plan, |bytes| bar.set_position(bytes as u64));
    bar.finish_and_clear();
    sent.map_err(failure)?;
    println!("{} runs the new model from now on, with kernels {}", identity.board, planned.kinds);
    Ok(())
}

fn run_on_device(client: &mut Client, network: &Network, image: &Image8) -> Result<Answer, DeviceError> {
    let bar = bar("device, rows");
    bar.set_length(image.height as u64);
    let answer = client.run(network, &image.pixels, |rows| bar.set_position(rows as u64));
    bar.finish_and_clear();
    answer
}

/// `a/b.jpg` becomes `a_b`.
fn picture_stem(image: &str) -> String {
    let flat = image.replace(['/', '\\'], "_");
    Path::new(&flat).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
