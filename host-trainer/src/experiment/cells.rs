//! Figures over seeds, one a cell of a table: what the CSV file and `experiment.json` hold, each with what it is of.

use serde::{Deserialize, Serialize};

use super::{Arm, Measure, Part, Spread, Trial};
use crate::metrics::{Engine, StageResult};
use crate::report::Entry;

/// One figure over seeds: a line of the CSV file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Name of the data set.
    pub data: String,
    /// Which network.
    pub arm: Arm,
    /// Deconvolution stages; 0 in networks without.
    pub stage: usize,
    /// Which engine made it.
    pub engine: Engine,
    /// What is measured. Shares and areas are 0 to 1.
    pub measure: Measure,
    /// Over what: `all`, a class, or a third of the positives by size.
    pub part: String,
    /// The arm that this figure is a difference to, seed by seed; absent where it is none.
    pub relative_to: Option<Arm>,
    /// How many seeds.
    pub seeds: usize,
    /// Mean over the seeds.
    pub mean: f64,
    /// Smallest.
    pub least: f64,
    /// Largest.
    pub most: f64,
}

/// A row of an experiment: one stage of one network in one engine on one data set, over all seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Name of the data set.
    pub data: String,
    /// Which network.
    pub arm: Arm,
    /// Which engine.
    pub engine: Engine,
    /// Deconvolution stages.
    pub stage: usize,
}

/// Makes a table's entries of trials, and keeps each as a cell: what is shown is in the files.
pub struct Cells<'a> {
    trials: &'a [Trial],
    cells: Vec<Cell>,
}

impl Subject {
    /// Its results, with their seeds.
    fn results<'a>(&self, trials: &'a [Trial]) -> Vec<(u64, &'a StageResult)> {
        let mine = trials.iter().filter(|trial| trial.data == self.data && trial.arm == self.arm);
        let results = mine.flat_map(|trial| trial.results.iter().map(|result| (trial.seed, result)));
        results.filter(|(_, result)| result.id.engine == self.engine && result.id.stage == self.stage).collect()
    }

    fn cell(&self, measure: Measure, part: Part<'_>, relative_to: Option<Arm>, seeds: usize, spread: Spread) -> Cell {
        let Spread { mean, least, most } = spread;
        let Self { data, arm, engine, stage } = self.clone();
        Cell { data, arm, stage, engine, measure, part: part.name().to_owned(), relative_to, seeds, mean, least, most }
    }
}

impl<'a> Cells<'a> {
    /// No cells yet.
    pub fn new(trials: &'a [Trial]) -> Self {
        Self { trials, cells: Vec::new() }
    }

    /// Names of the data sets, in the order in which they first occur.
    pub fn data_sets(&self) -> Vec<String> {
        first_occurrences(self.trials.iter().map(|trial| trial.data.clone()))
    }

    /// The arms that were tried on `data`.
    pub fn arms(&self, data: &str) -> Vec<Arm> {
        first_occurrences(self.trials.iter().filter(|trial| trial.data == data).map(|trial| trial.arm))
    }

    /// The stages of an arm that `engine` ran, stage 0 first.
    pub fn stages(&self, data: &str, arm: Arm, engine: Engine) -> Vec<Subject> {
        let mine = self.trials.iter().filter(|trial| trial.data == data && trial.arm == arm);
        let results = mine.flat_map(|trial| &trial.results).filter(|result| result.id.engine == engine);
        let mut stages = first_occurrences(results.map(|result| result.id.stage));
        stages.sort_unstable();
        stages.into_iter().map(|stage| Subject { data: data.to_owned(), arm, engine, stage }).collect()
    }

    /// Names of the classes that the data set's masks were judged by, background first; empty without masks.
    pub fn classes(&self, data: &str) -> Vec<String> {
        let mut results = self.trials.iter().filter(|trial| trial.data == data).flat_map(|trial| &trial.results);
        let judged = results.find(|result| !result.classes.is_empty());
        judged.map_or_else(Vec::new, |result| result.classes.iter().map(|class| class.name.clone()).collect())
    }

    /// A figure of `subject` over all seeds.
    pub fn spread(&mut self, subject: &Subject, measure: Measure, part: Part<'_>) -> Option<Spread> {
        let results = subject.results(self.trials);
        let spread = Spread::of(results.iter().map(|(_, result)| measure.of(result, part)))?;
        self.cells.push(subject.cell(measure, part, None, results.len(), spread));
        Some(spread)
    }

    /// The same as an entry of a table.
    pub fn entry(&mut self, subject: &Subject, measure: Measure, part: Part<'_>) -> Entry {
        measure.entry(self.spread(subject, measure, part))
    }

    /// What `subject` has more than `other`, seed by seed.
    pub fn difference(&mut self, subject: &Subject, other: &Subject, measure: Measure) -> Entry {
        let others = other.results(self.trials);
        let pairs: Vec<_> = subject
            .results(self.trials)
            .into_iter()
            .filter_map(|(seed, result)| Some((result, others.iter().find(|(other, _)| *other == seed)?.1)))
            .collect();
        let figure = |result| measure.of(result, Part::All);
        let spread = Spread::of(pairs.iter().map(|&(result, other)| Some(figure(result)? - figure(other)?)));
        if let Some(spread) = spread {
            self.cells.push(subject.cell(measure, Part::All, Some(other.arm), pairs.len(), spread));
        }
        measure.difference(spread)
    }

    /// All that was made.
    pub fn into_cells(self) -> Vec<Cell> {
        self.cells
    }
}

fn first_occurrences<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}
