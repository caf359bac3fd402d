//! The product's network beside its controls: every stage of every arm.

use super::cells::{Cells, Subject};
use super::facts::RANGES;
use super::{ExperimentError, Findings, Measure, Part, Trial};
use crate::metrics::Engine;
use crate::report::{Content, Entry, Section, Table};

const MEASURES: [Measure; 5] =
    [Measure::Macs, Measure::Score, Measure::Iou, Measure::IouMaskThreshold, Measure::Pointing];

/// Every stage of every arm, in both engines.
///
/// # Errors
/// [`ExperimentError::Csv`] when the cells cannot be written as CSV.
pub fn controls(trials: &[Trial]) -> Result<Findings, ExperimentError> {
    let mut cells = Cells::new(trials);
    let sections = cells.data_sets().into_iter().map(|data| section(&mut cells, &data)).collect();
    let findings = Findings {
        title: "Controls: what the network has to beat".to_owned(),
        lead: "The product's network beside networks that reach a map as fine in another way or lack a part of the method, \
               trained as long on the same images."
            .to_owned(),
        sections,
        ..Findings::default()
    };
    findings.of_trials(trials, cells.into_cells())
}

fn section(cells: &mut Cells<'_>, data: &str) -> Section {
    let names = ["arm", "stage", "engine"];
    let header = names.into_iter().chain(MEASURES.map(Measure::heading)).map(str::to_owned).collect();
    let arms = cells.arms(data);
    let subjects: Vec<Subject> = arms
        .into_iter()
        .flat_map(|arm| [Engine::Float, Engine::Int8].map(|engine| cells.stages(data, arm, engine)))
        .flatten()
        .collect();
    let rows = subjects.iter().map(|subject| {
        let stage = subject.stage.to_string();
        let mut row = [subject.arm.name(), &stage, subject.engine.name()].map(Entry::text).to_vec();
        row.extend(MEASURES.map(|measure| cells.entry(subject, measure, Part::All)));
        row
    });
    let rows = rows.collect();
    Section {
        heading: data.to_owned(),
        caption: RANGES.to_owned(),
        file: String::new(),
        content: Content::Table(Table { header, rows, names: names.len() }),
    }
}
