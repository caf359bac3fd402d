//! `infer`: one model over image files.

use std::path::{Path, PathBuf};

use switchback::frame::Crop;
use switchback::model::{Model, Network};
use switchback::stream::TapValues;

use super::Failure;
use crate::data::{Image8, load_image, reduce, resize};
use crate::engine::{CoreEngine, Prediction};
use crate::metrics::{EvidenceMap, upsample};
use crate::npy;
use crate::pictures::{Picture, overlay, save_png};
use crate::run::ModelFile;

/// Scores, heat map and mask of images, by the integer core.
///
/// Example: cargo xtask infer --model runs/phantoms/model.sbk scan.png --out results
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The model file.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Image files of any size; they are brought to the network's.
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
    /// The part of the images that is brought to the network's size, as a device does with its camera's frames: first column,
    /// first row, columns and rows [default: all].
    #[arg(long, value_name = "X,Y,WxH", value_parser = parse_crop)]
    crop: Option<Crop>,
    /// Also writes every layer's integers as .npy files.
    #[arg(long)]
    taps: bool,
    /// Folder for the pictures: NAME.overlay.png, NAME.mask.png and NAME.taps/.
    #[arg(long, value_name = "DIR", default_value = "inferred")]
    out: PathBuf,
}

pub fn run(args: Args) -> Result<(), Failure> {
    let file = ModelFile::read(&args.model)?;
    let model = file.model()?;
    let mut engine = CoreEngine::new(&model);
    let input = model.network().input();
    for path in &args.images {
        let image = load_image(path, input.channels)?;
        let image = match args.crop {
            Some(crop) => reduce(&image, crop, input.width, input.height).map_err(|error| {
                let error = anyhow::Error::new(error).context(path.display().to_string());
                Failure::with_help(error, "the image as it is, without --crop, can have any size")
            })?,
            None => resize(&image, input.width, input.height),
        };
        let mut taps = TapValues::default();
        let prediction = engine.run(&image.pixels, &mut taps)?;
        let stem = path.file_stem().map_or_else(|| "image".into(), |stem| stem.to_string_lossy().into_owned());
        print_scores(&model, path, &prediction);
        draw(&model, &image, &prediction, &args.out, &stem)?;
        if args.taps {
            write_taps(model.network(), taps, &args.out.join(format!("{stem}.taps")))?;
        }
    }
    println!("pictures  {}", args.out.display());
    Ok(())
}

/// `X,Y,WxH`.
fn parse_crop(text: &str) -> Result<Crop, String> {
    let parsed = || {
        let [x, y, size] = *text.split(',').collect::<Vec<_>>() else { return None };
        let (width, height) = super::parse_size(size).ok()?;
        Some(Crop { x: x.parse().ok()?, y: y.parse().ok()?, width: width.into(), height: height.into() })
    };
    parsed().ok_or_else(|| format!("found '{text}', expected X,Y,WIDTHxHEIGHT such as 40,0,240x240"))
}

pub(super) fn print_scores(model: &Model<'_>, path: &Path, prediction: &Prediction) {
    let header = model.header();
    let scores: Vec<String> =
        header.class_names.iter().zip(&prediction.scores).map(|(name, score)| format!("{name} {score:.4}")).collect();
    let verdict = match &header.class_names[..] {
        [negative, positive] => {
            let alarm = prediction.margin() >= f64::from(header.head.score_threshold_q16) / 65_536.0;
            format!("  -> {}", if alarm { positive } else { negative })
        }
        _ => String::new(),
    };
    println!("{}  {}{verdict}", path.display(), scores.join("  "));
}

/// The overlay of the positive class, or of the strongest object, and the mask or label picture.
pub(super) fn draw(
    model: &Model<'_>,
    image: &Image8,
    prediction: &Prediction,
    out: &Path,
    stem: &str,
) -> Result<(), Failure> {
    let shape = prediction.shape;
    let strongest = (1..prediction.scores.len()).max_by(|&a, &b| prediction.scores[a].total_cmp(&prediction.scores[b]));
    let levels = strongest.and_then(|class| prediction.map_of(class)).unwrap_or(prediction.evidence());
    let evidence = EvidenceMap::new(shape.width, shape.height, levels)?;
    let picture = Picture::new(image.width, image.height, image.channels, &image.pixels)?;
    let threshold = model.header().head.mask_threshold;
    save_png(overlay(picture, evidence, threshold, None), &out.join(format!("{stem}.overlay.png")))?;
    let mask: Vec<u8> = if prediction.scores.len() == 2 {
        let upsampled = upsample::bilinear(evidence, image.width, image.height);
        upsampled.iter().map(|&level| if level >= f32::from(threshold) { 255 } else { 0 }).collect()
    } else {
        let labels = crate::metrics::LabelMap::new(shape.width, shape.height, &prediction.labels)?;
        upsample::nearest(labels, image.width, image.height)
    };
    let mask = image::GrayImage::from_raw(image.width as u32, image.height as u32, mask);
    save_png(mask.unwrap_or_default(), &out.join(format!("{stem}.mask.png")))?;
    Ok(())
}

fn write_taps(network: &Network, taps: TapValues, out: &Path) -> Result<(), Failure> {
    for map in taps.maps(network) {
        let values: Vec<i32> = map.values.iter().map(|&value| value as i32).collect();
        npy::write(&out.join(format!("{}.npy", map.tap.name(network))), &map.shape, &values)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_is_four_numbers() {
        let crop = Crop { x: 40, y: 0, width: 240, height: 200 };
        assert_eq!(parse_crop("40,0,240x200"), Ok(crop));
        for wrong in ["", "40,0", "40,0,240", "40,0,240x200,1", "-1,0,240x200", "a,0,240x200"] {
            let error = parse_crop(wrong).expect_err(wrong);
            assert_eq!(error, format!("found '{wrong}', expected X,Y,WIDTHxHEIGHT such as 40,0,240x240"));
        }
    }
}
