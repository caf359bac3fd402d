//! `device`: one or more images through a connected device, compared with the core on the host bit for bit.
//!
//! `cargo xtask flash` starts the device and then calls this.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use switchback::model::{AlignedBytes, Model, Network};

use crate::data::{DataSet, Image8, OpenOptions, Split, load_image, resize};
use crate::device::{Address, Answer, Client, Comparison, on_host, patience};
use crate::files::FileError;
use crate::metrics::EvidenceMap;
use crate::phantom::{PhantomOptions, generate};
use crate::pictures::{Picture, overlay, save_png};

/// How long a starting device may take until it accepts connections.
const START: Duration = Duration::from_secs(10);

/// In multi-label problems a pixel of a class map (1/255 a step) is outlined from a half on.
const HALF: u8 = 128;

/// Runs images on a connected device and compares every layer and every result with the host.
///
/// Example: host-trainer device --connect tcp:127.0.0.1:4000 --model runs/default/model.sbk --out runs/default/flash
#[derive(Debug, clap::Args)]
pub struct DeviceArgs {
    /// Where the device is: tcp:HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS")]
    connect: Address,
    /// The model that the device runs
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
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

/// Device and host had different values.
#[derive(Debug, thiserror::Error)]
#[error("device, image {image}: found other values than the host, first in {layer}; expected equal ones")]
pub struct DeviceDiffers {
    /// The image.
    pub image: String,
    /// The first layer that differs.
    pub layer: String,
}

/// Something to run: an image of the network's size and its name.
struct Input {
    name: String,
    image: Image8,
}

/// Runs the command.
///
/// # Errors
/// [`DeviceDiffers`] when any value differs; [`crate::device::DeviceError`] and the errors of reading and writing files.
pub fn run(args: &DeviceArgs) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.model).map_err(FileError::of("read", &args.model))?;
    let bytes = AlignedBytes::from(bytes.as_slice());
    let model = Model::parse(bytes.as_slice())?;
    let network = model.network();
    let inputs = inputs(args, &model)?;
    let patience = args.timeout.map_or_else(|| patience(network), Duration::from_secs);

    let mut client = Client::connect(&args.connect, START, patience)?;
    let identity = client.identify(&model)?;
    println!("{} runs this model with {} bytes of arena", identity.board, identity.arena_bytes);
    for input in &inputs {
        let device = run_on_device(&mut client, network, &input.image)?;
        let host = on_host(&model, &input.image.pixels)?;
        let comparison = Comparison::new(network, &host, &device);
        report(&model, input, &device, &comparison, inputs.len() == 1);
        let picture = args.out.join(picture_name(&input.name));
        save_picture(&model, &input.image, &device, &picture)?;
        println!("picture: {}", picture.display());
        if !comparison.is_equal() {
            let layer = comparison.first_difference().map_or("the results sent", |tap| &tap.name).to_owned();
            return Err(DeviceDiffers { image: input.name.clone(), layer }.into());
        }
    }
    client.shut_down()?;
    println!("{} images: device and host are equal bit for bit", inputs.len());
    Ok(())
}

fn inputs(args: &DeviceArgs, model: &Model<'_>) -> anyhow::Result<Vec<Input>> {
    let shape = model.network().input();
    let load = |name: String, path: &Path| -> anyhow::Result<Input> {
        let image = resize(&load_image(path, shape.channels)?, shape.width, shape.height);
        Ok(Input { name, image })
    };
    if let Some(path) = &args.image {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![load(name, path)?]);
    }
    let Some(root) = &args.data else {
        return Ok(vec![phantom(model.network())]);
    };
    // The seed of the training draws the same test split again.
    let options = OpenOptions { seed: model.header().provenance.seed, ..OpenOptions::default() };
    let data = DataSet::open(root, &options)?;
    data.split(Split::Test).take(args.count as usize).map(|sample| load(sample.name.clone(), &sample.path)).collect()
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

fn run_on_device(client: &mut Client, network: &Network, image: &Image8) -> anyhow::Result<Answer> {
    let style = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} rows {elapsed}")?;
    let bar = ProgressBar::new(image.height as u64).with_style(style).with_prefix("device");
    let answer = client.run(network, &image.pixels, |rows| bar.set_position(rows as u64));
    bar.finish_and_clear();
    Ok(answer?)
}

/// The scores, and with `layers` or a difference the table of layers.
fn report(model: &Model<'_>, input: &Input, device: &Answer, comparison: &Comparison, layers: bool) {
    println!("{}:", input.name);
    for (name, &score) in model.header().class_names.iter().zip(&device.scores_q16) {
        println!("  score of {name}: {:.4}", f64::from(score) / 65_536.0);
    }
    if layers || !comparison.is_equal() {
        println!("{comparison}");
    }
}

/// The evidence of the class that matters over the image: the positive class, or the one with the highest score that is
/// not the background.
fn save_picture(model: &Model<'_>, image: &Image8, answer: &Answer, path: &Path) -> anyhow::Result<()> {
    let network = model.network();
    let (class, threshold) = match network.classes() {
        2 => (1, model.header().head.mask_threshold),
        classes => ((1..classes).max_by_key(|&class| answer.scores_q16.get(class)).unwrap_or(1), HALF),
    };
    let first_mapped = network.class_of_map(0);
    let levels: Vec<f32> = answer.maps[class - first_mapped].iter().map(|&level| level.into()).collect();
    let map = EvidenceMap::new(answer.shape.width, answer.shape.height, &levels)?;
    let picture = Picture::new(image.width, image.height, image.channels, &image.pixels)?;
    save_png(overlay(picture, map, threshold, None), path)?;
    Ok(())
}

/// `a/b.jpg` becomes `a_b.png`.
fn picture_name(image: &str) -> PathBuf {
    PathBuf::from(image.replace(['/', '\\'], "_")).with_extension("png")
}
