//! `--recipe` and `--epochs-scale`: one way from flags to the recipe.

use std::path::PathBuf;

use switchback::model::spec::NetworkSpec;

use super::absolute;
use crate::run::{RunError, read_toml};
use crate::train::{Recipe, RecipeError};

/// How to train.
#[derive(Debug, clap::Args)]
pub struct RecipeArgs {
    /// A whole recipe: recipe.toml of a run folder, edited [default: by --head and --quick].
    #[arg(long, value_name = "FILE.toml")]
    recipe: Option<PathBuf>,
    /// Starts from the convolutions of a trained network of the same layers: float.safetensors of a run folder.
    #[arg(long, value_name = "FILE")]
    init_from: Option<PathBuf>,
    /// Multiplies the epochs of every phase, and those between halvings of the learning rate.
    #[arg(long, value_name = "F", value_parser = parse_scale)]
    epochs_scale: Option<f64>,
}

/// What is trained where no file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// For data sets of some hundreds to a few thousand images.
    Recommended,
    /// For generated phantoms.
    Phantoms,
    /// Section 4.2.
    Paper,
    /// Shows that everything works.
    Quick,
}

/// A recipe that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeArgsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] RunError),
    /// A number is outside its range.
    #[error("{}: {cause}", path.display())]
    Number {
        /// The file.
        path: PathBuf,
        /// Which number.
        cause: RecipeError,
    },
}

fn parse_scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| format!("found '{text}', expected a number such as 2"))?;
    let expected = "expected above 0 and at most 1000";
    if scale > 0.0 && scale <= 1000.0 { Ok(scale) } else { Err(format!("found {scale}, {expected}")) }
}

impl RecipeArgs {
    /// The recipe of the file, else the preset for the network, with its epochs scaled.
    ///
    /// # Errors
    /// [`RecipeArgsError`] names the file with its line and key, or the number.
    pub fn recipe(&self, spec: &NetworkSpec, preset: Preset) -> Result<Recipe, RecipeArgsError> {
        let recipe = match &self.recipe {
            Some(path) => {
                let recipe: Recipe = read_toml(path)?;
                recipe.check().map_err(|cause| RecipeArgsError::Number { path: path.clone(), cause })?;
                recipe
            }
            None => match preset {
                Preset::Recommended => Recipe::default_for(spec),
                Preset::Phantoms => Recipe::phantoms_for(spec),
                Preset::Paper => Recipe::paper_for(spec),
                Preset::Quick => Recipe::quick_for(spec),
            },
        };
        let first_weights = self.init_from.as_deref().map(absolute).or(recipe.first_weights.clone());
        let recipe = Recipe { first_weights, ..recipe };
        Ok(match self.epochs_scale {
            Some(scale) => recipe.with_epochs_scaled(scale),
            None => recipe,
        })
    }
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;

    fn spec() -> NetworkSpec {
        NetworkSpec::table1(0.125, InputSpec { width: 96, height: 96, channels: 1 }, 2)
    }

    #[test]
    fn a_written_recipe_comes_back_scaled_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipe.toml");
        let mut recipe = Recipe::default_for(&spec());
        recipe.stage.patience = Some(2);
        let args = |scale| RecipeArgs { recipe: Some(path.clone()), init_from: None, epochs_scale: scale };
        std::fs::write(&path, toml::to_string(&recipe).unwrap()).unwrap();
        assert_eq!(args(None).recipe(&spec(), Preset::Quick).unwrap(), recipe);
        assert_eq!(args(Some(2.0)).recipe(&spec(), Preset::Recommended).unwrap().stage.epochs, 2 * recipe.stage.epochs);

        recipe.momentum = 1.5;
        std::fs::write(&path, toml::to_string(&recipe).unwrap()).unwrap();
        let error = args(None).recipe(&spec(), Preset::Recommended).unwrap_err().to_string();
        assert!(error.contains("recipe.toml: momentum: found 1.5"), "{error}");
        std::fs::write(&path, "batch = 'many'").unwrap();
        let error = args(None).recipe(&spec(), Preset::Recommended).unwrap_err().to_string();
        assert!(error.contains("recipe.toml") && error.contains("batch"), "{error}");
    }

    #[test]
    fn flags_choose_the_preset() {
        let args = RecipeArgs { recipe: None, init_from: None, epochs_scale: None };
        assert_eq!(args.recipe(&spec(), Preset::Quick).unwrap(), Recipe::quick_for(&spec()));
        assert_eq!(args.recipe(&spec(), Preset::Paper).unwrap(), Recipe::paper_for(&spec()));
        assert_eq!(args.recipe(&spec(), Preset::Recommended).unwrap(), Recipe::default_for(&spec()));
        assert_eq!(args.recipe(&spec(), Preset::Phantoms).unwrap(), Recipe::phantoms_for(&spec()));
        let args = RecipeArgs { init_from: Some("w.safetensors".into()), ..args };
        let first_weights = Some("w.safetensors".into());
        let expected = Recipe { first_weights, ..Recipe::default_for(&spec()) };
        assert_eq!(args.recipe(&spec(), Preset::Recommended).unwrap(), expected);
        assert!(["0", "-1", "nan", "1e9", "x"].iter().all(|text| parse_scale(text).is_err()));
    }
}
