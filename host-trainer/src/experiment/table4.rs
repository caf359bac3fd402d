//! Table 4 of the paper: the overlap of each class, a row a stage.

use super::cells::Cells;
use super::facts::{RANGES, stage_name};
use super::{Arm, ExperimentError, Findings, Measure, Part, Trial};
use crate::metrics::Engine;
use crate::report::{Content, Entry, Section, Table};

/// IoU of each class and their mean, every stage, in both engines.
///
/// # Errors
/// [`ExperimentError::Csv`] when the cells cannot be written as CSV.
pub fn table4(trials: &[Trial]) -> Result<Findings, ExperimentError> {
    let mut cells = Cells::new(trials);
    let mut sections = Vec::new();
    for data in cells.data_sets() {
        for engine in [Engine::Int8, Engine::Float] {
            sections.push(section(&mut cells, &data, engine));
        }
    }
    let findings = Findings {
        title: "Table 4: the overlap of each class".to_owned(),
        lead: "A network that was told which objects an image shows, and never where, gives every pixel a class. The table \
               compares its classes with the true ones, without deconvolution and after each stage: 100 % would be every \
               pixel of a class found and none marked beside."
            .to_owned(),
        sections,
        ..Findings::default()
    };
    findings.of_trials(trials, cells.into_cells())
}

fn section(cells: &mut Cells<'_>, data: &str, engine: Engine) -> Section {
    let classes = cells.classes(data);
    let mut header = vec!["stage".to_owned()];
    header.extend(classes.iter().cloned());
    header.push("mean".to_owned());
    let rows = cells.stages(data, Arm::Product, engine).into_iter().map(|subject| {
        let mut row = vec![Entry::text(stage_name(subject.stage))];
        // Ranges of twenty classes would hide the table; they are in the CSV file.
        row.extend(
            classes
                .iter()
                .map(|class| Entry { range: None, ..cells.entry(&subject, Measure::Iou, Part::Class(class)) }),
        );
        row.push(cells.entry(&subject, Measure::Iou, Part::All));
        row
    });
    let rows = rows.collect();
    Section {
        heading: format!("{data}: IoU of each class, % ({})", engine.name()),
        caption: format!(
            "IoU: pixels that the predicted and the true class share, divided by those of either, over all images; the mean \
             is over the classes, background included. {RANGES} A dash: the class is neither true nor predicted anywhere \
             with one of the seeds."
        ),
        file: String::new(),
        content: Content::Table(Table { header, rows, names: 1 }),
    }
}
