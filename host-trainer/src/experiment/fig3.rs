//! Figure 3 of the paper: feature maps of a convolution, and below each what the decoder makes of it.

use candle_core::Tensor;
use image::RgbImage;
use serde::Serialize;

use super::findings::csv_lines;
use super::pair::{Pair, choose};
use super::run_source::{FLOAT, RunSource};
use super::{ExperimentError, Findings, Unsuitable};
use crate::data::Image8;
use crate::float::{FloatError, FloatNetwork};
use crate::metrics::{Engine, EvidenceMap};
use crate::pictures::{GridLabels, Picture, feature_map, fitted, grid, original};
use crate::report::{Content, Entry, Section, Table};
use crate::run::RunError;

/// Channels of an image, as in the paper.
const CHANNELS: usize = 4;
/// The longer side of a picture.
const SIDE: u32 = 240;

/// One channel of one image: a line of `fig3.csv`.
#[derive(Serialize)]
struct Line {
    data: String,
    engine: Engine,
    stage: usize,
    image: String,
    channel: usize,
    convolution: String,
    convolution_maximum: f32,
    convolution_above_tenth: f64,
    deconvolution: String,
    deconvolution_maximum: f32,
    deconvolution_above_tenth: f64,
}

/// A stored map of one image: the values of each channel, row by row.
struct Map {
    width: usize,
    height: usize,
    channels: Vec<Vec<f32>>,
}

/// The channels with the largest activations, the largest first.
fn strongest_channels(channels: &[Vec<f32>], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..channels.len()).collect();
    order.sort_by(|&a, &b| maximum(&channels[b]).total_cmp(&maximum(&channels[a])));
    order.truncate(count);
    order
}

fn maximum(channel: &[f32]) -> f32 {
    channel.iter().copied().fold(0.0, f32::max)
}

/// Share of a channel, 0 to 1, above a tenth of its maximum: how much of the map is not quiet.
fn above_tenth(channel: &[f32]) -> f64 {
    let floor = maximum(channel) / 10.0;
    channel.iter().filter(|&&value| value > floor).count() as f64 / channel.len().max(1) as f64
}

/// Feature maps of the images at `places` of the test split; without any, of the `count` that the final stage does best on.
///
/// # Errors
/// [`ExperimentError`] when the run has no such layer, no image to draw, or cannot be run.
pub fn fig3(
    source: &RunSource,
    layer: Option<&str>,
    places: Vec<usize>,
    count: usize,
) -> Result<Findings, ExperimentError> {
    let float = source.floats.last().ok_or(Unsuitable::NoStage { data: source.data.clone() })?;
    let pair = choose(float.network(), &source.data, layer)?;
    let given = !places.is_empty();
    let places = if given { places } else { source.final_stage()?.ranking.into_iter().take(count).collect() };
    if places.is_empty() {
        return Err(Unsuitable::NoPositive { data: source.data.clone() }.into());
    }
    let mut pictures: Vec<Vec<RgbImage>> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for place in places {
        let [down, up] = maps(float, &pair, &source.test.images[place]).map_err(RunError::from)?;
        let channels = strongest_channels(&down.channels, CHANNELS);
        let listed: Vec<String> = channels.iter().map(usize::to_string).collect();
        let image = &source.test.names[place];
        names.push(format!("{image}: {}, channels {}", pair.convolution_name, listed.join(", ")));
        names.push(format!("{}, the same channels; the true outline on the left", pair.deconvolution_name));
        let pixels = &source.test.images[place];
        let picture =
            Picture::new(pixels.width, pixels.height, pixels.channels, &pixels.pixels).map_err(RunError::from)?;
        for (map, truth) in [(&down, None), (&up, source.test.truth(place))] {
            let mut row = vec![fitted(&original(picture, truth), SIDE)];
            for &channel in &channels {
                let map = EvidenceMap::new(map.width, map.height, &map.channels[channel]).map_err(RunError::from)?;
                row.push(fitted(&feature_map(map), SIDE));
            }
            pictures.push(row);
        }
        lines.extend(channels.iter().map(|&channel| Line {
            data: source.data.clone(),
            engine: Engine::Float,
            stage: source.floats.len() - 1,
            image: image.clone(),
            channel,
            convolution: pair.convolution_name.clone(),
            convolution_maximum: maximum(&down.channels[channel]),
            convolution_above_tenth: above_tenth(&down.channels[channel]),
            deconvolution: pair.deconvolution_name.clone(),
            deconvolution_maximum: maximum(&up.channels[channel]),
            deconvolution_above_tenth: above_tenth(&up.channels[channel]),
        }));
    }
    let picture = grid(&pictures, GridLabels { columns: &[], rows: &names });
    let images =
        if given { "the images named on the command line" } else { "the images that the final stage marks best" };
    findings(source, &pair, picture, &lines, images)
}

/// The maps of a pair on one image.
fn maps(float: &FloatNetwork, pair: &Pair, image: &Image8) -> Result<[Map; 2], FloatError> {
    let map = |tensor: &Tensor| -> Result<Map, FloatError> {
        let (_, _, height, width) = tensor.dims4()?;
        Ok(Map { width, height, channels: tensor.squeeze(0)?.flatten_from(1)?.to_vec2()? })
    };
    let [convolution, deconvolution] = pair.maps(float, std::slice::from_ref(image))?;
    Ok([map(&convolution)?, map(&deconvolution)?])
}

fn findings(
    source: &RunSource,
    pair: &Pair,
    picture: RgbImage,
    lines: &[Line],
    images: &str,
) -> Result<Findings, ExperimentError> {
    let Pair { convolution_name: down, deconvolution_name: up, .. } = pair;
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let row = |line: &Line| {
        let figures = [
            line.channel.to_string(),
            format!("{:.3}", line.convolution_maximum),
            percent(line.convolution_above_tenth),
            format!("{:.3}", line.deconvolution_maximum),
            percent(line.deconvolution_above_tenth),
        ];
        std::iter::once(line.image.clone()).chain(figures).map(Entry::text).collect()
    };
    let heading = |layer: &str, what: &str| format!("{layer}: {what}");
    let header = vec![
        "image".to_owned(),
        "channel".to_owned(),
        heading(down, "maximum"),
        heading(down, "above a tenth of it, %"),
        heading(up, "maximum"),
        heading(up, "above a tenth of it, %"),
    ];
    Ok(Findings {
        title: "Figure 3: feature maps before and after deconvolution".to_owned(),
        lead: "A feature map is what one filter of the network answers to an image, bright where it answers strongly. A \
               convolution's maps are noisy: they answer to much that is not the finding. The deconvolution restores the \
               same maps from the coarse one above; the paper's claim is that the strongest answers stay and the noise \
               goes."
            .to_owned(),
        sections: vec![
            Section {
                heading: format!("{down} above, {up} below"),
                caption: format!(
                    "Two rows an image, of {images}. Above: the image and the {CHANNELS} channels of {down}'s output (after \
                     pooling and ReLU) that hold the largest activations of this image, the largest first. Below: the same \
                     image with the true outline, and the same channels of {up}, which gives the map of {down} back. Each \
                     map is drawn relative to its own maximum: black is 0, yellow the maximum."
                ),
                file: "fig3".to_owned(),
                content: Content::Picture(picture),
            },
            Section {
                heading: "In numbers".to_owned(),
                caption: "Above a tenth: the share of a map's values above a tenth of its maximum. Less is quieter."
                    .to_owned(),
                file: String::new(),
                content: Content::Table(Table { header, rows: lines.iter().map(row).collect(), names: 1 }),
            },
        ],
        facts: source.facts(FLOAT),
        csv: csv_lines(lines)?,
        ..Findings::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_taken_by_their_largest_value() {
        let channels = vec![vec![0.5, 0.5], vec![3.0, 0.0], vec![0.0, 0.0], vec![1.0, 2.0]];
        assert_eq!(strongest_channels(&channels, 3), [1, 3, 0]);
        assert_eq!(strongest_channels(&channels, 9).len(), 4);
    }

    #[test]
    fn quiet_maps_have_little_above_a_tenth() {
        assert_eq!(above_tenth(&[10.0, 1.0, 1.5, 0.0]), 0.5);
        assert_eq!((above_tenth(&[0.0, 0.0]), above_tenth(&[])), (0.0, 0.0));
    }
}
