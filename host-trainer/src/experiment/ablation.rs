//! What each part of the method is worth: networks without it beside the product's.

use super::cells::{Cells, Subject};
use super::facts::RANGES;
use super::{Arm, ExperimentError, Findings, Measure, Part, Trial};
use crate::metrics::Engine;
use crate::report::{Content, Entry, Section, Table};

const MEASURES: [Measure; 3] = [Measure::Iou, Measure::Pointing, Measure::Score];

/// The last stage of every arm and what it has more than the product's, in both engines.
///
/// # Errors
/// [`ExperimentError::Csv`] when the cells cannot be written as CSV.
pub fn ablation(trials: &[Trial]) -> Result<Findings, ExperimentError> {
    let mut cells = Cells::new(trials);
    let mut sections = Vec::new();
    for data in cells.data_sets() {
        for engine in [Engine::Float, Engine::Int8] {
            sections.push(section(&mut cells, &data, engine));
        }
    }
    let findings = Findings {
        title: "Ablation: what each part of the method is worth".to_owned(),
        lead: "The product's network beside networks that lack a part of it: trained on the same images with the same seeds, \
               and judged in the same way. A difference below zero means that the part helps; one that the seeds do not \
               agree on means that it cannot be told."
            .to_owned(),
        sections,
        ..Findings::default()
    };
    findings.of_trials(trials, cells.into_cells())
}

fn section(cells: &mut Cells<'_>, data: &str, engine: Engine) -> Section {
    let mut header = vec!["network".to_owned(), "stage".to_owned()];
    header.extend(MEASURES.iter().flat_map(|measure| [measure.heading().to_owned(), "less product's".to_owned()]));
    let last = |cells: &Cells<'_>, arm| cells.stages(data, arm, engine).pop();
    let product = last(cells, Arm::Product);
    let subjects: Vec<Subject> = cells.arms(data).into_iter().filter_map(|arm| last(cells, arm)).collect();
    let rows = subjects.iter().map(|subject| {
        let mut row = vec![Entry::text(subject.arm.name()), Entry::text(subject.stage.to_string())];
        for measure in MEASURES {
            row.push(cells.entry(subject, measure, Part::All));
            row.push(match product.as_ref().filter(|product| *product != subject) {
                Some(product) => cells.difference(subject, product, measure),
                None => Entry::text(""),
            });
        }
        row
    });
    let rows = rows.collect();
    Section {
        heading: format!("{data} ({})", engine.name()),
        caption: format!(
            "{RANGES} Differences are taken seed by seed. What each network lacks stands at the end of the page. {}",
            match engine {
                Engine::Float => "As floats every network can be run.",
                Engine::Int8 => "Networks that the integer core has no layers for are missing here.",
            }
        ),
        file: String::new(),
        content: Content::Table(Table { header, rows, names: 1 }),
    }
}
