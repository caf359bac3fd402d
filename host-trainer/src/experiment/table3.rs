//! Table 3 of the paper: the overlap with the true outlines, a row a data set and a column a stage.

use super::cells::Cells;
use super::facts::{RANGES, stage_name};
use super::{Arm, ExperimentError, Findings, Measure, Part, Trial};
use crate::metrics::Engine;
use crate::report::{Content, Entry, Section, Table};

/// IoU, pointing and score of every stage, in both engines.
///
/// # Errors
/// [`ExperimentError::Csv`] when the cells cannot be written as CSV.
pub fn table3(trials: &[Trial]) -> Result<Findings, ExperimentError> {
    let mut cells = Cells::new(trials);
    let mut sections = Vec::new();
    for measure in [Measure::Iou, Measure::Pointing, Measure::Score] {
        for engine in [Engine::Int8, Engine::Float] {
            sections.push(section(&mut cells, measure, engine));
        }
    }
    let findings = Findings {
        title: "Table 3: what the deconvolution stages add".to_owned(),
        lead: "A network that was trained from labels of whole images marks where it sees the finding. The baseline draws \
               this from its top map, which is coarse. Each deconvolution stage restores the next finer map from the one \
               above, through the pixels that pooling had chosen. The table asks whether that finds more of the truth."
            .to_owned(),
        sections,
        ..Findings::default()
    };
    findings.of_trials(trials, cells.into_cells())
}

fn section(cells: &mut Cells<'_>, measure: Measure, engine: Engine) -> Section {
    let data_sets = cells.data_sets();
    let subjects: Vec<_> = data_sets.iter().map(|data| cells.stages(data, Arm::Product, engine)).collect();
    let stages = subjects.iter().map(Vec::len).max().unwrap_or(0);
    let header = std::iter::once("data set".to_owned()).chain((0..stages).map(column)).collect();
    let rows = data_sets.iter().zip(&subjects).map(|(data, subjects)| {
        let mut row = vec![Entry::text(data)];
        row.extend(subjects.iter().map(|subject| cells.entry(subject, measure, Part::All)));
        row
    });
    let rows = rows.collect();
    Section {
        heading: format!("{} ({})", measure.heading(), engine.name()),
        caption: format!("{}: {}. {RANGES}", measure.title(), measure.meaning()),
        file: String::new(),
        content: Content::Table(Table { header, rows, names: 1 }),
    }
}

/// The paper's heading of a column.
fn column(stage: usize) -> String {
    if stage == 0 { format!("w/o deconvolution ({})", stage_name(stage)) } else { stage_name(stage) }
}
