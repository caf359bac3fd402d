//! `--threshold` and `--false-alarms`: how an operating point is chosen.

use crate::evaluation::{OperatingRule, ThresholdChoice};

/// How the thresholds are chosen, on the validation split.
#[derive(Debug, clap::Args)]
pub struct ThresholdArgs {
    /// What the mask threshold is chosen from, on the validation split [default: labels].
    #[arg(long, value_enum)]
    threshold: Option<ThresholdChoice>,
    /// Share, 0 to 1, of the validation split's negative images that may show a mask or be called positive [default: 0.05].
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    false_alarms: Option<f64>,
}

impl ThresholdArgs {
    /// Whether something was said.
    pub fn is_given(&self) -> bool {
        self.threshold.is_some() || self.false_alarms.is_some()
    }

    /// What was said, and defaults for the rest.
    pub fn rule(&self) -> OperatingRule {
        let default = OperatingRule::default();
        OperatingRule {
            threshold: self.threshold.unwrap_or(default.threshold),
            false_alarms: self.false_alarms.unwrap_or(default.false_alarms),
        }
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| format!("found '{text}', expected a share from 0 to 1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        threshold: ThresholdArgs,
    }

    #[test]
    fn a_rate_is_a_share_and_the_default_is_five_percent_of_the_labels() {
        let parse = |words: &[&str]| Line::try_parse_from(words).map(|line| line.threshold);
        let nothing = parse(&["x"]).unwrap();
        assert_eq!(nothing.rule(), OperatingRule { threshold: ThresholdChoice::Labels, false_alarms: 0.05 });
        assert!(!nothing.is_given());
        let given = parse(&["x", "--false-alarms", "0.1", "--threshold", "masks"]).unwrap();
        assert_eq!(given.rule(), OperatingRule { threshold: ThresholdChoice::Masks, false_alarms: 0.1 });
        assert!(given.is_given());
        for wrong in ["5", "-0.1", "NaN", "five"] {
            assert!(parse(&["x", &format!("--false-alarms={wrong}")]).is_err(), "{wrong}");
        }
    }
}
