//! Figure 5 of the paper: the maps of each class over an image that shows it.

use serde::Serialize;

use super::findings::csv_lines;
use super::run_source::{INT8, RunSource};
use super::stage_pictures::{HEAT, StagePictures};
use super::{ExperimentError, Findings, Unsuitable};
use crate::data::Task;
use crate::engine::Prediction;
use crate::metrics::{Confusion, Engine, LabelMap, MetricsError, upsample};
use crate::pictures::{GridLabels, grid};
use crate::report::{Content, Entry, Section, Table};
use crate::run::RunError;

/// The longer side of a picture.
const SIDE: u32 = 160;

/// One class of one image in one stage: a line of `fig5.csv`.
#[derive(Serialize)]
struct Line<'a> {
    data: &'a str,
    engine: Engine,
    class: &'a str,
    image: &'a str,
    stage: usize,
    score: f64,
    iou: Option<f64>,
}

/// The maps of every class over the `count` test images of that class with the largest score of the final stage.
///
/// # Errors
/// [`ExperimentError`] for a run with two classes, without a positive image, or when a stage cannot be run.
pub fn fig5(source: &RunSource, count: usize) -> Result<Findings, ExperimentError> {
    if let (Task::Binary, [negative, positive, ..]) = (source.test.task, &source.test.classes[..]) {
        let (data, negative, positive) = (source.data.clone(), negative.clone(), positive.clone());
        return Err(Unsuitable::Binary { data, negative, positive }.into());
    }
    let last = source.final_stage()?;
    let shown: Vec<(usize, usize)> = (1..source.test.classes.len())
        .flat_map(|class| {
            let labelled = |&i: &usize| source.test.labels[i].contains(&class);
            let images = (0..source.test.len()).filter(labelled).collect();
            by_score(images, class, &last.predictions).into_iter().take(count).map(move |i| (class, i))
        })
        .collect();
    let places: Vec<usize> = shown.iter().map(|&(_, place)| place).collect();
    let pictures = StagePictures::of(source, &places)?;

    let columns = pictures.columns();
    let mut rows = Vec::new();
    let mut names = Vec::new();
    let mut table = Vec::new();
    let mut lines = Vec::new();
    for (i, &(class, _)) in shown.iter().enumerate() {
        let (name, image) = (&pictures.set.classes[class], &pictures.set.names[i]);
        rows.push(pictures.row(i, class, SIDE)?);
        names.push(format!("{name}: {image}"));
        let mut row = [name.as_str(), image].map(Entry::text).to_vec();
        for (stage, (predictions, _)) in pictures.stages.iter().enumerate() {
            let iou = class_iou(&predictions[i], pictures.set.truth(i), pictures.set.classes.len(), class)
                .map_err(RunError::from)?;
            row.push(Entry::text(iou.map_or("-".to_owned(), |iou| format!("{:.1}", 100.0 * iou))));
            let score = predictions[i].scores.get(class).copied().unwrap_or_default();
            let (data, engine) = (source.data.as_str(), Engine::Int8);
            lines.push(Line { data, engine, class: name, image, stage, score, iou });
        }
        table.push(row);
    }
    let picture = grid(&rows, GridLabels { columns: &columns, rows: &names });
    let header = ["class", "image"].map(str::to_owned).into_iter().chain(columns[1..columns.len() - 1].iter().cloned());
    Ok(Findings {
        title: "Figure 5: every class".to_owned(),
        lead: "Where the network sees each class of objects, over an image that shows one, first without deconvolution and then \
               after each stage. The paper's claim: outlines become finer and what is beside the object goes. The images are \
               those that the network is surest of: see table4 for all."
            .to_owned(),
        sections: vec![
            Section {
                heading: "Class maps of every stage".to_owned(),
                caption: format!(
                    "For each class the {count} image(s) of the test split that show it with the largest score of the final \
                     stage. {HEAT} int8: the maps as a device draws them."
                ),
                file: "fig5".to_owned(),
                content: Content::Picture(picture),
            },
            Section {
                heading: "IoU of the class in these images, % (int8)".to_owned(),
                caption: "Pixels that the predicted and the true class share, divided by those of either, in this image alone. \
                          A dash: no truth, or the class is in neither."
                    .to_owned(),
                file: String::new(),
                content: Content::Table(Table { header: header.collect(), rows: table, names: 2 }),
            },
        ],
        facts: source.facts(INT8),
        csv: csv_lines(&lines)?,
        ..Findings::default()
    })
}

/// `images` by their score of `class`, the largest first.
fn by_score(mut images: Vec<usize>, class: usize, predictions: &[Prediction]) -> Vec<usize> {
    let score = |i: usize| predictions[i].scores.get(class).copied().unwrap_or_default();
    images.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
    images
}

/// IoU of one class in one image; `None` without a truth.
fn class_iou(
    prediction: &Prediction,
    truth: Option<LabelMap<'_>>,
    classes: usize,
    class: usize,
) -> Result<Option<f64>, MetricsError> {
    let Some(truth) = truth else { return Ok(None) };
    let labels = LabelMap::new(prediction.shape.width, prediction.shape.height, &prediction.labels)?;
    let mut confusion = Confusion::new(classes);
    confusion.add(&upsample::nearest(labels, truth.width(), truth.height()), truth)?;
    Ok(confusion.class_iou().get(class).copied().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchback::model::MapShape;

    fn prediction(score: f64) -> Prediction {
        let shape = MapShape { width: 2, height: 1, channels: 3 };
        Prediction { scores: vec![1.0, score, 0.0], shape, maps: vec![vec![0.0; 2]; 3], labels: vec![1, 0] }
    }

    #[test]
    fn the_surest_image_comes_first() {
        let predictions = [0.25, 0.75, 0.5].map(prediction);
        assert_eq!(by_score(vec![0, 1, 2], 1, &predictions), [1, 2, 0]);
        assert_eq!(by_score(vec![0, 2], 1, &predictions), [2, 0]);
    }

    #[test]
    fn a_class_is_judged_against_its_own_pixels() {
        let truth = LabelMap::new(2, 2, &[1, 0, 0, 0]).unwrap();
        let iou = |class| class_iou(&prediction(0.5), Some(truth), 3, class).unwrap();
        assert_eq!((iou(1), iou(2)), (Some(0.5), None));
        assert_eq!(class_iou(&prediction(0.5), None, 3, 1), Ok(None));
    }
}
