//! Figure 2 of the paper: how far the strongest activations stand out, before and after deconvolution.

use serde::Serialize;

use super::findings::csv_lines;
use super::pair::{Pair, choose};
use super::run_source::{FLOAT, RunSource};
use super::{ExperimentError, Findings, Unsuitable};
use crate::data::Image8;
use crate::engine::float::BATCH;
use crate::float::{FloatError, FloatNetwork};
use crate::metrics::Engine;
use crate::report::{Axes, Content, Entry, LinePlot, PlotLine, Section, Table, Ticks, grouped};
use crate::run::{RunError, bar};

/// Activations that are shown, as in the paper.
pub const ACTIVATIONS: usize = 10_000;
/// Points of a drawn line: more cannot be told apart.
const POINTS: usize = 500;
/// The paper's colours: the convolution red, the deconvolution blue.
const CONVOLUTION: [u8; 3] = [213, 60, 50];
const DECONVOLUTION: [u8; 3] = [38, 110, 215];

/// The largest values of all that were seen.
struct Strongest {
    most: usize,
    values: Vec<f32>,
    seen: usize,
    positive: usize,
}

impl Strongest {
    fn new(most: usize) -> Self {
        Self { most, values: Vec::new(), seen: 0, positive: 0 }
    }

    fn see(&mut self, values: &[f32]) {
        self.seen += values.len();
        self.positive += values.iter().filter(|&&value| value > 0.0).count();
        self.values.extend_from_slice(values);
        if self.values.len() > self.most {
            self.values.select_nth_unstable_by(self.most, |a, b| b.total_cmp(a));
            self.values.truncate(self.most);
        }
    }

    /// The largest first, each divided by the largest of all; zeros where nothing was positive.
    fn normalized(mut self) -> Vec<f64> {
        self.values.sort_by(|a, b| b.total_cmp(a));
        let largest = self.values.first().copied().filter(|&largest| largest > 0.0);
        let share = |value: f32| largest.map_or(0.0, |largest| f64::from(value) / f64::from(largest));
        self.values.into_iter().map(share).collect()
    }
}

/// How much lower the right-most value is than the left-most, relative to the latter.
fn relative_difference(normalized: &[f64]) -> f64 {
    normalized.first().zip(normalized.last()).map_or(0.0, |(first, last)| first - last)
}

/// A line of `fig2.csv`.
#[derive(Serialize)]
struct Line<'a> {
    data: &'a str,
    engine: Engine,
    stage: usize,
    layer: &'a str,
    rank: usize,
    normalized: f64,
}

/// The strongest activations of a convolution's stored map and of the decoder's in its place, over the test split.
///
/// # Errors
/// [`ExperimentError`] when the run has no such layer, or cannot be run.
pub fn fig2(source: &RunSource, layer: Option<&str>) -> Result<Findings, ExperimentError> {
    let float = source.floats.last().ok_or(Unsuitable::NoStage { data: source.data.clone() })?;
    let pair = choose(float.network(), &source.data, layer)?;
    let strongest = strongest(float, &pair, &source.test.images).map_err(RunError::from)?;
    let layers = [&pair.convolution_name, &pair.deconvolution_name].map(String::as_str);
    let stage = source.floats.len() - 1;
    findings(source, stage, layers, strongest)
}

/// The strongest activations of the two layers of a pair.
fn strongest(float: &FloatNetwork, pair: &Pair, images: &[Image8]) -> Result<[Strongest; 2], FloatError> {
    let mut strongest = [Strongest::new(ACTIVATIONS), Strongest::new(ACTIVATIONS)];
    let bar = bar("looking at activations");
    bar.set_length(images.len() as u64);
    for images in images.chunks(BATCH) {
        for (strongest, map) in strongest.iter_mut().zip(pair.maps(float, images)?) {
            strongest.see(&map.flatten_all()?.to_vec1()?);
        }
        bar.inc(images.len() as u64);
    }
    bar.finish_and_clear();
    Ok(strongest)
}

fn findings(
    source: &RunSource,
    stage: usize,
    layers: [&str; 2],
    strongest: [Strongest; 2],
) -> Result<Findings, ExperimentError> {
    let counted = strongest.each_ref().map(|strongest| (strongest.seen, strongest.positive));
    let curves = strongest.map(Strongest::normalized);
    let [down, up] = curves.each_ref().map(|curve| 100.0 * relative_difference(curve));
    let shown = curves[0].len();
    let row = |((layer, (seen, positive)), curve): ((&str, (usize, usize)), &Vec<f64>)| {
        let share = 100.0 * positive as f64 / seen.max(1) as f64;
        let last = curve.last().copied().unwrap_or_default();
        let figures =
            [format!("{share:.1}"), format!("{last:.3}"), format!("{:.1}", 100.0 * relative_difference(curve))];
        [layer.to_owned(), seen.to_string()].into_iter().chain(figures).map(Entry::text).collect()
    };
    let table = Table {
        header: ["layer", "values", "above zero, %", "right-most, of the largest", "relative difference, %"]
            .map(str::to_owned)
            .into(),
        rows: layers.into_iter().zip(counted).zip(&curves).map(row).collect(),
        names: 1,
    };
    let lines: Vec<Line<'_>> = layers
        .iter()
        .zip(&curves)
        .flat_map(|(&layer, curve)| {
            curve.iter().enumerate().map(move |(place, &normalized)| (layer, place + 1, normalized))
        })
        .map(|(layer, rank, normalized)| Line {
            data: &source.data,
            engine: Engine::Float,
            stage,
            layer,
            rank,
            normalized,
        })
        .collect();
    let [convolution, deconvolution] = layers;
    let plot = plot([format!("{convolution}, pooled"), deconvolution.to_owned()], curves.each_ref().map(Vec::as_slice));
    let verdict =
        if up > down { "stand out more after deconvolution" } else { "do not stand out more after deconvolution" };
    let caption = format!(
        "The {} largest values of {convolution}'s output as it is stored (after pooling and ReLU; red, dashed) and of \
         {deconvolution}'s (blue), over all {} images of the test split, sorted, each divided by the largest of its layer. \
         {deconvolution} gives back the map that {convolution} had made: the same size and the same channels. From the \
         left-most to the right-most value {convolution} falls by {down:.1} %, {deconvolution} by {up:.1} %: the strongest \
         activations {verdict}.",
        grouped(shown as u64),
        grouped(source.test.len() as u64)
    );
    let mut facts = source.facts(FLOAT);
    facts.push((format!("relative difference, {convolution}"), format!("{down:.1} %")));
    facts.push((format!("relative difference, {deconvolution}"), format!("{up:.1} %")));
    Ok(Findings {
        title: "Figure 2: the strongest activations before and after deconvolution".to_owned(),
        lead: "A deconvolution restores a finer map from the coarse one above, through the pixels that pooling had chosen \
               and with the weights of the convolution it mirrors. The paper's claim: what is restored is more \
               discriminative, a few strong activations stand out from the rest. A curve that falls steeply says so."
            .to_owned(),
        sections: vec![
            Section {
                heading: format!("{convolution} against {deconvolution}"),
                caption,
                file: "fig2".to_owned(),
                content: Content::Plot(plot),
            },
            Section {
                heading: "In numbers".to_owned(),
                caption: "Relative difference: the left-most value less the right-most, as a share of the left-most."
                    .to_owned(),
                file: String::new(),
                content: Content::Table(table),
            },
        ],
        facts,
        csv: csv_lines(&lines)?,
        ..Findings::default()
    })
}

fn plot([convolution, deconvolution]: [String; 2], curves: [&[f64]; 2]) -> LinePlot {
    let line = |name, colour, dashed, curve: &[f64]| {
        let places = curve.len().saturating_sub(1);
        let step = (places / POINTS).max(1);
        let drawn = (0..places).step_by(step).chain(std::iter::once(places));
        let points = drawn.filter_map(|place| Some((place as f64 + 1.0, *curve.get(place)?))).collect();
        PlotLine { name, colour, dashed, points, ranges: Vec::new() }
    };
    let [below, above] = curves;
    let right = below.len().max(above.len()).max(2) as f64;
    LinePlot {
        axes: Axes {
            x: 1.0..right,
            y: 0.0..1.05,
            x_name: "activations, the strongest first",
            y_name: "share of the largest",
            x_ticks: Ticks::Decimals(0),
        },
        lines: vec![line(convolution, CONVOLUTION, true, below), line(deconvolution, DECONVOLUTION, false, above)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_of_all_batches_are_kept_and_divided_by_the_first() {
        let mut strongest = Strongest::new(3);
        strongest.see(&[0.0, 2.0, 1.0]);
        strongest.see(&[8.0, -1.0, 4.0, 0.5]);
        assert_eq!((strongest.seen, strongest.positive), (7, 5));
        let normalized = strongest.normalized();
        assert_eq!(normalized, [1.0, 0.5, 0.25]);
        assert_eq!(relative_difference(&normalized), 0.75);
    }

    #[test]
    fn a_layer_that_is_silent_is_a_line_of_zeros() {
        let mut strongest = Strongest::new(3);
        strongest.see(&[0.0; 2]);
        let normalized = strongest.normalized();
        assert_eq!((relative_difference(&normalized), normalized), (0.0, vec![0.0, 0.0]));
        assert_eq!(relative_difference(&[]), 0.0);
    }

    #[test]
    fn a_line_has_both_its_ends() {
        let curve: Vec<f64> = (0..10_000).map(|place| 1.0 - f64::from(place) / 20_000.0).collect();
        let plot = plot(["a".into(), "b".into()], [&curve, &[]]);
        let points = &plot.lines[0].points;
        assert_eq!((points[0], points[points.len() - 1]), ((1.0, 1.0), (10_000.0, curve[9_999])));
        assert!(points.len() < 600 && plot.lines[1].points.is_empty());
    }
}
