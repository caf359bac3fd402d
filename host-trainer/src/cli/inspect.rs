//! `inspect`: what is in a model file.

use std::path::{Path, PathBuf};

use switchback::model::Model;

use super::Failure;
use crate::npy;
use crate::run::ModelFile;

/// Shapes, scales, sizes and provenance of a model file.
///
/// Example: cargo xtask inspect --model runs/phantoms/model.sbk --npy weights
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The model file.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Also writes weights, tables and multipliers as .npy files into this folder.
    #[arg(long, value_name = "DIR", alias = "out")]
    npy: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let file = ModelFile::read(&args.model)?;
    let model = file.model()?;
    print_model(&args.model, &model);
    if let Some(out) = &args.npy {
        write_arrays(&model, out)?;
        println!("arrays   {}", out.display());
    }
    Ok(())
}

fn print_model(path: &Path, model: &Model<'_>) {
    let (network, header) = (model.network(), model.header());
    let (input, maps, head) = (network.input(), network.map_shape(), &network.spec().head);
    let provenance = &header.provenance;
    println!("model    {} ({} bytes, CRC-32 {:08x})", path.display(), model.bytes().len(), model.crc32());
    println!(
        "made by  {}, data {} ({:08x}), seed {}",
        provenance.producer, provenance.data, provenance.data_crc32, provenance.seed
    );
    println!("classes  {}", header.class_names.join(", "));
    println!("input    {}x{}x{}, one step is {:.6}", input.width, input.height, input.channels, header.scales.input);
    println!(
        "{:<10} {:>7} {:>6} {:>14} {:>12} {:>10} {:>10}",
        "layer", "kernel", "pool", "output", "weights", "step", "largest m"
    );
    let shape = |s: switchback::model::MapShape| format!("{}x{}x{}", s.width, s.height, s.channels);
    for (i, layer) in network.encoder().iter().enumerate() {
        let ratio = model.convolution(i).ratios.iter().max().map_or("-".into(), u8::to_string);
        println!(
            "{:<10} {:>7} {:>6} {:>14} {:>12} {:>10.6} {:>10}",
            network.convolution_name(i),
            layer.kernel,
            if layer.pool { "2x2" } else { "-" },
            shape(layer.output),
            layer.weights(),
            header.scales.encoder[i],
            ratio
        );
    }
    for (i, layer) in network.decoder().iter().enumerate() {
        println!(
            "{:<10} {:>7} {:>6} {:>14} {:>12} {:>10.6} {:>10}",
            network.deconvolution_name(layer),
            layer.kernel,
            if layer.unpool { "unpool" } else { "-" },
            shape(layer.output),
            format!("of {}", network.convolution_name(layer.convolution)),
            header.scales.decoder[i],
            ""
        );
    }
    println!(
        "maps     {}x{}, {} of them; {:?}, {:?}, {:?}, {:?}, s = {}",
        maps.width,
        maps.height,
        maps.channels,
        head.features,
        head.normalization,
        head.maps,
        head.activation,
        head.sharpness
    );
    println!(
        "decides  mask from level {} on (chosen from {}), alarm from a margin of {:.4} on; one level is {:.6}",
        header.head.mask_threshold,
        if provenance.threshold_from_masks { "validation masks" } else { "validation labels" },
        f64::from(header.head.score_threshold_q16) / 65_536.0,
        f64::from(header.head.map_scale_q24) / 2f64.powi(24)
    );
}

fn write_arrays(model: &Model<'_>, out: &Path) -> Result<(), Failure> {
    let network = model.network();
    let file = |name: String| out.join(format!("{name}.npy"));
    for (i, layer) in network.encoder().iter().enumerate() {
        let (name, arrays) = (network.convolution_name(i), model.convolution(i));
        let words = |values: &[zerocopy::little_endian::I32]| values.iter().map(|v| v.get()).collect::<Vec<i32>>();
        let (filters, channels) = (layer.output.channels, layer.input.channels);
        npy::write(&file(format!("{name}.weights")), &[filters, layer.kernel, layer.kernel, channels], arrays.weights)?;
        npy::write(&file(format!("{name}.bias")), &[filters], &words(arrays.bias))?;
        npy::write(&file(format!("{name}.multipliers")), &[filters], &words(arrays.multipliers))?;
        if layer.tied {
            npy::write(&file(format!("{name}.ratios")), &[filters], arrays.ratios)?;
            npy::write(&file(format!("{name}.deconvolution_bias")), &[channels], &words(arrays.deconvolution_bias))?;
        }
    }
    for stage in (0..=network.stages()).filter(|&stage| network.head_reads(stage)) {
        let shape = [network.maps(), network.stage_shape(stage).channels];
        npy::write(&file(format!("head.stage{stage}.weights")), &shape, model.head_weights(stage))?;
    }
    npy::write(&file("input_table".into()), &[network.input().channels, 256], model.input_table())?;
    let exponentials: Vec<u32> = model.exponentials().iter().map(|e| e.get()).collect();
    npy::write(&file("exponentials".into()), &[256], &exponentials)?;
    let multipliers = &model.header().deconvolution_multipliers;
    Ok(npy::write(&file("deconvolution_multipliers".into()), &[multipliers.len()], multipliers)?)
}
