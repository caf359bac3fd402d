//! What libFuzzer says of a run.

use std::path::{Path, PathBuf};

/// A run of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Inputs that were executed.
    pub executions: u64,
    /// Edges of the instrumented code that were taken.
    pub edges: u64,
    /// Inputs of the working corpus.
    pub inputs: u64,
    /// What has gone wrong, where something has.
    pub finding: Option<PathBuf>,
}

impl Outcome {
    /// Reads libFuzzer's log: its status lines `#N NEW cov: 1 ft: 2 corp: 3/4b ...`, and after the last one
    /// `stat::number_of_executed_units: N` and, of a finding, `Test unit written to PATH`.
    pub fn of_log(log: &str) -> Self {
        let mut outcome = Self::default();
        for line in log.lines() {
            if let Some(edges) = number_after(line, "cov: ") {
                outcome.edges = edges;
                outcome.inputs = number_after(line, "corp: ").unwrap_or(outcome.inputs);
            }
            // Of a run that ends with a finding there is no other number.
            let executions = line.strip_prefix('#').and_then(|line| number_after(line, ""));
            let executions = number_after(line, "stat::number_of_executed_units: ").or(executions);
            outcome.executions = outcome.executions.max(executions.unwrap_or(0));
            if let Some((_, path)) = line.split_once("Test unit written to ") {
                outcome.finding = Some(Path::new(path.trim()).into());
            }
        }
        outcome
    }
}

/// The number behind the first `key` of a line.
fn number_after(line: &str, key: &str) -> Option<u64> {
    let (_, rest) = line.split_once(key)?;
    let digits = rest.trim_start();
    digits.get(..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_without_a_finding() {
        let log = "INFO: Seed: 1\n#8\tINITED cov: 210 ft: 311 corp: 6/10Kb exec/s: 0 rss: 40Mb\n\
                   #99\tDONE   cov: 215 ft: 330 corp: 9/12Kb lim: 4096 exec/s: 0 rss: 41Mb\nDone 99 runs in 1 second(s)\n\
                   stat::number_of_executed_units: 100\nstat::peak_rss_mb: 41\n";
        let expected = Outcome { executions: 100, edges: 215, inputs: 9, finding: None };
        assert_eq!(Outcome::of_log(log), expected);
    }

    #[test]
    fn a_log_with_a_finding() {
        let log = "#4096\tpulse  cov: 7 ft: 8 corp: 2/3b\nthread 'main' panicked at x:\n\
                   artifact_prefix='/t/'; Test unit written to /t/crash-1\n";
        let outcome = Outcome::of_log(log);
        assert_eq!((outcome.executions, outcome.finding), (4096, Some("/t/crash-1".into())));
    }
}
