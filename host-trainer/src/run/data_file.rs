//! `data.json`: what was found in the data set before training.

use serde::Serialize;

use crate::data::report::DataReport;

/// The whole of `data.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataFile {
    /// Version of the format.
    pub format: u32,
    /// The command line that made the file.
    pub command: String,
    /// Version of the program that made the file.
    pub version: String,
    /// The run's seed, which draws the splits that the data set does not give.
    pub seed: u64,
    /// What was found.
    #[serde(flatten)]
    pub report: DataReport,
}
