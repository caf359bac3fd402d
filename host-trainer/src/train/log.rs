//! `log.csv`: loss and learning rate of every step, and the validation figure of every epoch.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::TrainError;
use super::phase::Phase;
use crate::files::{FileError, write_atomically};

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LogRow {
    pub phase: String,
    /// From 1, within the phase.
    pub epoch: usize,
    /// From 1, over all phases.
    pub step: usize,
    pub loss: f32,
    pub learning_rate: f32,
    /// At the last step of an epoch: area under the ROC curve, or mean average precision, on the validation split.
    pub validation: Option<f64>,
}

/// The log of a run; on disk it is replaced as a whole after every epoch.
pub(super) struct Log {
    path: PathBuf,
    rows: Vec<LogRow>,
}

impl Log {
    /// Goes on after `steps` steps; what an interrupted run logged beyond them is dropped. Without steps, starts
    /// anew. The file says so at once.
    pub fn open(path: &Path, steps: usize) -> Result<Self, TrainError> {
        let mut rows = Vec::new();
        if steps > 0 && path.exists() {
            let unreadable = |e: csv::Error| FileError::of("read", path)(e.into());
            let mut reader = csv::Reader::from_path(path).map_err(unreadable)?;
            for row in reader.deserialize() {
                let row: LogRow = row.map_err(|e: csv::Error| FileError::of("read", path)(e.into()))?;
                if row.step <= steps {
                    rows.push(row);
                }
            }
        }
        let log = Self { path: path.to_path_buf(), rows };
        log.write()?;
        Ok(log)
    }

    /// Adds a step.
    pub fn step(&mut self, phase: Phase, epoch: usize, step: usize, loss: f32, learning_rate: f32) {
        self.rows.push(LogRow { phase: phase.to_string(), epoch, step, loss, learning_rate, validation: None });
    }

    /// The loss at the first step of a phase; `None` before it.
    pub fn first_loss(&self, phase: Phase) -> Option<f32> {
        let phase = phase.to_string();
        self.rows.iter().find(|row| row.phase == phase).map(|row| row.loss)
    }

    /// Drops all steps after `steps`.
    pub fn drop_after(&mut self, steps: usize) {
        self.rows.retain(|row| row.step <= steps);
    }

    /// Adds the validation figure to the last step and writes the file.
    pub fn end_epoch(&mut self, validation: Option<f64>) -> Result<(), TrainError> {
        if let Some(last) = self.rows.last_mut() {
            last.validation = validation;
        }
        self.write()
    }

    fn write(&self) -> Result<(), TrainError> {
        write_atomically(&self.path, |file| {
            let mut writer = csv::Writer::from_writer(file);
            for row in &self.rows {
                writer.serialize(row)?;
            }
            writer.flush()
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_on_drops_what_came_after_the_checkpoint() -> Result<(), TrainError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        let mut log = Log::open(&path, 0)?;
        for step in 1..=4 {
            log.step(Phase::Stage(2), 1, step, 0.5, 0.01);
        }
        log.end_epoch(Some(0.75))?;
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().last(), Some("stage-2,1,4,0.5,0.01,0.75"));
        let resumed = Log::open(&path, 3)?;
        assert_eq!(resumed.rows, log.rows[..3]);
        assert_eq!(Log::open(&path, 0)?.rows, []);
        log.step(Phase::Stage(3), 1, 5, 0.25, 0.01);
        assert_eq!((log.first_loss(Phase::Stage(3)), log.first_loss(Phase::Stage(1))), (Some(0.25), None));
        log.drop_after(3);
        assert_eq!(log.rows, resumed.rows);
        Ok(())
    }
}
