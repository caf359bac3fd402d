//! Figure 4 of the paper: class maps over the image, stage after stage.

use serde::Serialize;

use super::findings::csv_lines;
use super::run_source::{INT8, RunSource};
use super::stage_pictures::{HEAT, StagePictures};
use super::{ExperimentError, Findings};
use crate::evaluation::{evenly_spaced, image_iou};
use crate::metrics::Engine;
use crate::pictures::{GridLabels, grid};
use crate::report::{Content, Entry, Section, Table};
use crate::run::RunError;

/// The longer side of a picture.
const SIDE: u32 = 240;

/// One image in one stage: a line of `fig4.csv`.
#[derive(Serialize)]
struct Line<'a> {
    data: &'a str,
    engine: Engine,
    image: &'a str,
    rank: usize,
    stage: usize,
    threshold: u8,
    iou: Option<f64>,
}

/// The class maps of `count` positive test images, evenly spread from the best to the worst of the final stage.
///
/// # Errors
/// [`ExperimentError`] without a positive image, or when a stage cannot be run.
pub fn fig4(source: &RunSource, count: usize) -> Result<Findings, ExperimentError> {
    let last = source.final_stage()?;
    let places = evenly_spaced(&last.ranking, count);
    let rank = |place: usize| last.ranking.iter().position(|&other| other == place).unwrap_or_default() + 1;
    let pictures = StagePictures::of(source, &places)?;
    // A stage: the overlap of each image at the threshold that its model carries.
    let overlaps =
        pictures.stages.iter().map(|(predictions, threshold)| image_iou((&pictures.set, predictions), *threshold));
    let overlaps: Vec<Vec<Option<f64>>> = overlaps.collect::<Result<_, _>>().map_err(RunError::from)?;

    let mut rows = Vec::new();
    let mut names = Vec::new();
    let mut table = Vec::new();
    let mut lines = Vec::new();
    for (i, &place) in places.iter().enumerate() {
        let name = &pictures.set.names[i];
        let shown = pictures.set.labels[i].iter().copied().find(|&class| class > 0);
        let class = shown.unwrap_or(pictures.set.classes.len() - 1);
        rows.push(pictures.row(i, class, SIDE)?);
        let iou = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{:.1}", 100.0 * value));
        let reached: Vec<Option<f64>> = overlaps.iter().map(|stage| stage[i]).collect();
        let rank_text = format!("{} of {}", rank(place), last.ranking.len());
        names.push(format!(
            "{name} ({}): rank {rank_text}, IoU {} %",
            pictures.set.classes[class],
            iou(reached[reached.len() - 1])
        ));
        let mut row = [name.clone(), rank_text].map(Entry::text).to_vec();
        row.extend(reached.iter().map(|&value| Entry::text(iou(value))));
        table.push(row);
        for ((stage, (_, threshold)), &iou) in pictures.stages.iter().enumerate().zip(&reached) {
            let (data, engine, rank) = (source.data.as_str(), Engine::Int8, rank(place));
            lines.push(Line { data, engine, image: name, rank, stage, threshold: *threshold, iou });
        }
    }
    let columns = pictures.columns();
    let picture = grid(&rows, GridLabels { columns: &columns, rows: &names });
    let header = ["image", "rank"].map(str::to_owned).into_iter().chain(columns[1..columns.len() - 1].iter().cloned());
    Ok(Findings {
        title: "Figure 4: stage after stage".to_owned(),
        lead: "What the network sees as evidence of the finding, over the image, first without deconvolution and then after \
               each stage. The paper's claim: false positives go and the shape of the finding appears, whatever its size. \
               The images are not the best ones: they are spread evenly from the best to the worst."
            .to_owned(),
        sections: vec![
            Section {
                heading: "Class maps of every stage".to_owned(),
                caption: format!(
                    "{} positive images of the test split, evenly spread over the ranking by the final stage's overlap with the \
                     truth. {HEAT} int8: the maps as a device draws them.",
                    places.len()
                ),
                file: "fig4".to_owned(),
                content: Content::Picture(picture),
            },
            Section {
                heading: "IoU of these images, % (int8)".to_owned(),
                caption: "Pixels that the predicted and the true mask share, divided by those of either, at the threshold that \
                          each stage's model carries; the mean over the classes where there are several."
                    .to_owned(),
                file: String::new(),
                content: Content::Table(Table { header: header.collect(), rows: table, names: 1 }),
            },
        ],
        facts: source.facts(INT8),
        csv: csv_lines(&lines)?,
        ..Findings::default()
    })
}
