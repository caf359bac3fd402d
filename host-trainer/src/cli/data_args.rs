//! What a data set does not say about itself.

use std::path::PathBuf;

use super::absolute;
use crate::data::OpenOptions;
use crate::run::RunInfo;

/// Flags of the commands that open a data set.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DataArgs {
    /// Name of the negative class, where it is not an obvious one.
    #[arg(long, value_name = "CLASS")]
    negative: Option<String>,
    /// Folder of masks to judge by, where they are not in the data set's own `masks`: each with its image's name, ending
    /// in .png. The Montgomery and Shenzhen sets come without masks of lesions.
    #[arg(long, value_name = "DIR")]
    masks: Option<PathBuf>,
}

impl DataArgs {
    /// How to open the data set, its splits drawn by `seed`.
    pub fn options(&self, seed: u64) -> OpenOptions {
        OpenOptions { seed, negative: self.negative.clone(), masks: self.masks.as_deref().map(absolute) }
    }

    /// The same, where what is not said here is as in a run. Its masks are of its own data set, not of `another`.
    pub fn options_of(&self, run: Option<&RunInfo>, another: bool) -> OpenOptions {
        let Some(run) = run.map(RunInfo::open_options) else { return self.options(0) };
        let said = self.options(run.seed);
        let masks = if another { None } else { run.masks };
        OpenOptions { negative: said.negative.or(run.negative), masks: said.masks.or(masks), ..said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_command_finds_what_the_training_was_told() {
        let json = r#"{"format": 1, "command": "", "version": "0", "seed": 7, "data": "/scans", "negative": "calm",
                       "masks": "/lesions", "skipped": [], "training_seconds": 1.0}"#;
        let run: RunInfo = serde_json::from_str(json).unwrap();
        let told = OpenOptions { seed: 7, negative: Some("calm".into()), masks: Some("/lesions".into()) };
        let silent = DataArgs::default();
        assert_eq!(silent.options_of(Some(&run), false), told);
        assert_eq!(silent.options_of(Some(&run), true), OpenOptions { masks: None, ..told.clone() });
        assert_eq!(silent.options_of(None, true), OpenOptions::default());
        let said = DataArgs { negative: None, masks: Some("/others".into()) };
        assert_eq!(said.options_of(Some(&run), true), OpenOptions { masks: Some("/others".into()), ..told });
    }

    #[test]
    fn a_run_before_masks_could_be_named_is_read() {
        let json = r#"{"format": 1, "command": "", "version": "0", "seed": 7, "data": "/scans", "negative": null,
                       "training_seconds": 1.0}"#;
        assert_eq!(serde_json::from_str::<RunInfo>(json).unwrap().masks, None);
    }
}
