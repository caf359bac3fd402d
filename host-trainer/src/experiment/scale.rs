//! Scale invariance, the paper's title, as a measurement: what every stage finds of small, medium and large lesions.

use super::cells::{Cells, Subject};
use super::facts::{RANGES, stage_name};
use super::measure::THIRDS;
use super::{Arm, ExperimentError, Findings, Measure, Part, Spread, Trial};
use crate::metrics::Engine;
use crate::report::{Axes, Content, Entry, LinePlot, PlotLine, Section, Table, Ticks, stage_colour};

const MEASURES: [Measure; 3] = [Measure::Iou, Measure::Pointing, Measure::Detection];
/// Distance of two stages' points of the same third, so that their ranges stand side by side.
const ASIDE: f64 = 0.05;
/// The right end of the x axis: room for the legend beside the last third.
const RIGHT: f64 = 2.95;

/// IoU, pointing and detection of every stage by lesion size: curves of the integers, tables of both engines.
///
/// # Errors
/// [`ExperimentError::Csv`] when the cells cannot be written as CSV.
pub fn scale(trials: &[Trial]) -> Result<Findings, ExperimentError> {
    let mut cells = Cells::new(trials);
    let mut sections = Vec::new();
    for data in cells.data_sets() {
        let names = thirds(trials, &data);
        for measure in MEASURES {
            // The curves first; their cells are those of the table.
            let (table, lines) = table(&mut cells, &data, measure, Engine::Int8);
            sections.extend(curves(&data, measure, &names, lines));
            sections.push(table);
            sections.push(self::table(&mut cells, &data, measure, Engine::Float).0);
        }
    }
    let findings = Findings {
        title: "Scale: small findings and large ones".to_owned(),
        lead: "The positive images of the test split, in three parts by the area of the true outline. A network that draws \
               from a coarse map alone misses small findings or marks far too much around them. Each deconvolution stage \
               draws from a finer map: its curve should lie higher, above all at the left end, and be flatter."
            .to_owned(),
        sections,
        ..Findings::default()
    };
    findings.of_trials(trials, cells.into_cells())
}

/// The thirds with the share of the image that their lesions cover.
fn thirds(trials: &[Trial], data: &str) -> Vec<String> {
    let mut results = trials.iter().filter(|trial| trial.data == data).flat_map(|trial| &trial.results);
    let sizes = results.find_map(|result| result.by_size.as_ref()).map(|sizes| sizes.named());
    let name = |(third, name): (usize, &str)| match sizes.and_then(|sizes| sizes.get(third)?.1.area) {
        Some(area) => format!("{name} ({:.1} %)", 100.0 * area),
        None => name.to_owned(),
    };
    THIRDS.into_iter().enumerate().map(name).collect()
}

/// A stage with what it reaches on each third.
type Line = (Subject, Vec<Option<Spread>>);

fn table(cells: &mut Cells<'_>, data: &str, measure: Measure, engine: Engine) -> (Section, Vec<Line>) {
    let stages = cells.stages(data, Arm::Product, engine);
    let spreads = |subject: Subject| {
        let thirds = (0..THIRDS.len()).map(|third| cells.spread(&subject, measure, Part::Third(third))).collect();
        (subject, thirds)
    };
    let lines: Vec<Line> = stages.into_iter().map(spreads).collect();
    let row = |(subject, thirds): &Line| {
        let entries = thirds.iter().map(|&spread| measure.entry(spread));
        std::iter::once(Entry::text(stage_name(subject.stage))).chain(entries).collect()
    };
    let header = std::iter::once("stage").chain(THIRDS).map(str::to_owned).collect();
    let table = Table { header, rows: lines.iter().map(row).collect(), names: 1 };
    let section = Section {
        heading: format!("{data}: {} by size, % ({})", measure.title(), engine.name()),
        caption: format!("{}: {}. {RANGES}", measure.title(), measure.meaning()),
        file: String::new(),
        content: Content::Table(table),
    };
    (section, lines)
}

/// The plot of a measure; nothing where nothing was measured.
fn curves(data: &str, measure: Measure, names: &[String], lines: Vec<Line>) -> Option<Section> {
    let middle = (lines.len() as f64 - 1.0) / 2.0;
    let percent = |value: f64| 100.0 * value;
    let lines: Vec<PlotLine> = lines
        .iter()
        .enumerate()
        .map(|(line, (subject, thirds))| {
            let aside = ASIDE * (line as f64 - middle);
            let measured = || thirds.iter().enumerate().filter_map(|(third, spread)| Some((third, (*spread)?)));
            PlotLine {
                name: stage_name(subject.stage),
                colour: stage_colour(subject.stage),
                dashed: false,
                points: measured().map(|(third, spread)| (third as f64 + aside, percent(spread.mean))).collect(),
                ranges: measured().map(|(_, spread)| (percent(spread.least), percent(spread.most))).collect(),
            }
        })
        .collect();
    let most = lines.iter().flat_map(|line| &line.ranges).map(|range| range.1).fold(0.0, f64::max);
    if lines.iter().all(|line| line.points.is_empty()) {
        return None;
    }
    let axes = Axes {
        x: -0.4..RIGHT,
        y: 0.0..(1.08 * most).clamp(5.0, 105.0),
        x_name: "third of the positive images, and mean share of the image that the finding covers",
        y_name: measure.heading(),
        x_ticks: Ticks::Names(names.to_vec()),
    };
    Some(Section {
        heading: format!("{data}: {} against size", measure.title()),
        caption: format!(
            "A curve a stage: {}. Points are means over the seeds, bars reach from the least to the largest. int8, test \
             split. Curves that rise steeply are good at large findings only.",
            measure.meaning()
        ),
        file: format!("scale-{data}-{}", measure.name()),
        content: Content::Plot(LinePlot { axes, lines }),
    })
}
