//! What an experiment found, and the files that say so: CSV, `experiment.json`, a file a figure, `report.html`.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::{Cell, ExperimentError, Trial};
use crate::files::write_atomically;
use crate::pictures::save_png;
use crate::report::{Article, Content, ReportError, Section};
use crate::run::{RunError, write_json};

/// Version of `experiment.json`.
const FORMAT: u32 = 2;

/// What an experiment found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The page's heading.
    pub title: String,
    /// What was tried and what to look for, for a reader who has not seen the paper.
    pub lead: String,
    /// Tables and figures.
    pub sections: Vec<Section>,
    /// How it was made: name and value.
    pub facts: Vec<(String, String)>,
    /// Figures over seeds, where trainings were compared.
    pub cells: Vec<Cell>,
    /// The lines of the CSV file.
    pub csv: Vec<u8>,
}

/// The whole of `experiment.json`, the same for all experiments.
#[derive(Serialize)]
struct ExperimentFile<'a> {
    format: u32,
    experiment: &'a str,
    command: &'a str,
    version: &'static str,
    facts: Vec<Fact<'a>>,
    files: Vec<String>,
    cells: &'a [Cell],
    trials: &'a [Trial],
}

#[derive(Serialize)]
struct Fact<'a> {
    name: &'a str,
    value: &'a str,
}

/// Lines of a CSV file under their headings.
pub(super) fn csv_lines<T: Serialize>(lines: &[T]) -> Result<Vec<u8>, ExperimentError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    lines.iter().try_for_each(|line| writer.serialize(line))?;
    writer.into_inner().map_err(|error| ExperimentError::Csv(error.into_error().into()))
}

impl Findings {
    /// The tables for a terminal, each under its heading.
    pub fn to_text(&self) -> String {
        let tables = self.sections.iter().filter_map(|section| match &section.content {
            Content::Table(table) => Some(format!("{}\n{}\n", section.heading, table.to_text())),
            Content::Plot(_) | Content::Picture(_) => None,
        });
        tables.collect()
    }

    /// Writes everything into `out`: `NAME.csv`, a file a figure, `experiment.json` and `report.html`.
    ///
    /// # Errors
    /// [`ExperimentError`] names the file that cannot be written, or the figure that cannot be drawn.
    pub fn write(&self, out: &Path, name: &str, command: &str, trials: &[Trial]) -> Result<(), ExperimentError> {
        let mut files = vec![format!("{name}.csv")];
        self.write_bytes(&out.join(&files[0]), &self.csv)?;
        for section in &self.sections {
            let (svg, png) = (format!("{}.svg", section.file), format!("{}.png", section.file));
            let picture = match &section.content {
                Content::Table(_) => continue,
                Content::Plot(plot) => {
                    self.write_bytes(&out.join(&svg), plot.svg()?.as_bytes())?;
                    files.push(svg);
                    plot.image()?
                }
                Content::Picture(picture) => picture.clone(),
            };
            save_png(picture, &out.join(&png)).map_err(RunError::from)?;
            files.push(png);
        }
        let article = Article {
            title: self.title.clone(),
            lead: self.lead.clone(),
            sections: self.sections.clone(),
            facts: self.facts.clone(),
            command: command.to_owned(),
        };
        self.write_bytes(&out.join("report.html"), article.render()?.as_bytes())?;
        files.push("report.html".to_owned());
        let file = ExperimentFile {
            format: FORMAT,
            experiment: name,
            command,
            version: env!("CARGO_PKG_VERSION"),
            facts: self.facts.iter().map(|(name, value)| Fact { name, value }).collect(),
            files,
            cells: &self.cells,
            trials,
        };
        Ok(write_json(&out.join("experiment.json"), &file).map_err(RunError::from)?)
    }

    fn write_bytes(&self, path: &Path, bytes: &[u8]) -> Result<(), ExperimentError> {
        Ok(write_atomically(path, |file| file.write_all(bytes)).map_err(RunError::from)?)
    }
}

impl From<ReportError> for ExperimentError {
    fn from(error: ReportError) -> Self {
        Self::Run(error.into())
    }
}
