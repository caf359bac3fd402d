//! How an experiment of trainings was made, for its page.

use clap::ValueEnum;

use super::{Arm, Cell, ExperimentError, Findings, Trial};
use crate::evaluation::{OperatingRule, ThresholdChoice};

/// Data, seeds, network, training and engines of `trials`.
pub(super) fn facts(trials: &[Trial]) -> Vec<(String, String)> {
    let Some(first) = trials.first() else { return Vec::new() };
    let (network, recipe) = (&first.network, &first.recipe);
    let input = &network.input;
    let filters: Vec<String> = network.convolutions.iter().map(|layer| layer.filters.to_string()).collect();
    let mut data: Vec<&str> = trials.iter().map(|trial| trial.data.as_str()).collect();
    let mut seeds: Vec<u64> = trials.iter().map(|trial| trial.seed).collect();
    data.sort_unstable();
    data.dedup();
    seeds.sort_unstable();
    seeds.dedup();
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let mut facts = vec![
        ("data", data.join(", ")),
        ("seeds", format!("{} (weights, order and crops of the training; the split is the same)", seeds.join(", "))),
        ("input", format!("{}×{} pixels, {} channel(s)", input.width, input.height, input.channels)),
        ("convolutions", format!("{} filters", filters.join(", "))),
        (
            "training",
            format!(
                "{} epochs as a classifier, {} of the baseline, {} of each stage",
                recipe.classification.epochs, recipe.baseline.epochs, recipe.stage.epochs
            ),
        ),
        ("int8", "the integer core on the host: the same integers as on a device".to_owned()),
        ("float", "the network as trained".to_owned()),
    ];
    if trials.iter().flat_map(|trial| &trial.results).any(|result| result.threshold.is_some()) {
        facts.push(("stored thresholds", thresholds(first.rule)));
    }
    // Each arm in the words of the command line's help.
    let described = Arm::value_variants().iter().filter(|&&arm| trials.iter().any(|trial| trial.arm == arm));
    facts.extend(described.map(|arm| {
        let help = arm.to_possible_value().and_then(|value| Some(value.get_help()?.to_string().replace('`', "")));
        (arm.name(), help.unwrap_or_default())
    }));
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a column or line of one stage is called.
pub(super) fn stage_name(stage: usize) -> String {
    if stage == 0 { "baseline".to_owned() } else { format!("stage {stage}") }
}

/// How tables are to be read, for captions.
pub(super) const RANGES: &str =
    "Test split; the mean over the seeds, and beside it the range from the least to the largest.";

/// Where the masks' thresholds come from.
fn thresholds(rule: OperatingRule) -> String {
    match rule.threshold {
        ThresholdChoice::Labels => "from the labels of the validation split, without masks".to_owned(),
        ThresholdChoice::Masks => "from the masks of the validation split".to_owned(),
    }
}

impl Findings {
    /// The end of every experiment of trainings: facts and CSV beside what was found.
    pub(super) fn of_trials(self, trials: &[Trial], cells: Vec<Cell>) -> Result<Self, ExperimentError> {
        Ok(Self { facts: facts(trials), csv: super::findings::csv_lines(&cells)?, cells, ..self })
    }
}
