//! `--recipe`, `--epochs-scale` and `--device`: one way from flags to how a network is trained.

use std::path::PathBuf;

use switchback::model::spec::NetworkSpec;

use super::absolute;
use crate::run::{RunError, read_toml};
use crate::train::{DeviceChoice, Preset, PresetError, Recipe, RecipeError};

/// How to train.
#[derive(Debug, clap::Args)]
pub struct RecipeArgs {
    /// A whole recipe: recipe.toml of a run folder, edited [default: by --preset, --head and --quick].
    #[arg(long, value_name = "FILE.toml")]
    recipe: Option<PathBuf>,
    /// Starts from the convolutions of a trained network of the same layers: float.safetensors of a run folder, or VGG-16's weights
    /// with torchvision's names, as safetensors or .pth.
    #[arg(long, value_name = "FILE")]
    init_from: Option<PathBuf>,
    /// One number of the preset's recipe, its key as in recipe.toml: --set stage.epochs=3 --set leak=0.2.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_set, conflicts_with = "recipe")]
    set: Vec<(String, toml::Value)>,
    /// Multiplies the epochs of every phase, and those between halvings of the learning rate.
    #[arg(long, value_name = "F", value_parser = parse_scale)]
    epochs_scale: Option<f64>,
    /// What steps and validation are computed on: cpu, cuda:N, or several GPUs as cuda:N,N,… with a part of each batch on each one
    /// (docs/training.md). Everything but cpu needs the feature cuda.
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: DeviceChoice,
}

/// A recipe that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeArgsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] RunError),
    /// The preset, or what is set in it.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// A number is outside its range.
    #[error("{}: {cause}", path.display())]
    Number {
        /// The file.
        path: PathBuf,
        /// Which number.
        cause: RecipeError,
    },
}

fn parse_set(text: &str) -> Result<(String, toml::Value), String> {
    let expected = || format!("found '{text}', expected KEY=VALUE such as stage.epochs=3");
    let (key, value) = text.split_once('=').ok_or_else(expected)?;
    let table: toml::Table = format!("value = {value}").parse().map_err(|_| expected())?;
    Ok((key.trim().to_owned(), table.get("value").cloned().ok_or_else(expected)?))
}

fn parse_scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| format!("found '{text}', expected a number such as 2"))?;
    let expected = "expected above 0 and at most 1000";
    if scale > 0.0 && scale <= 1000.0 { Ok(scale) } else { Err(format!("found {scale}, {expected}")) }
}

impl RecipeArgs {
    /// The recipe of the file, else of the preset for the network, with its epochs scaled.
    ///
    /// # Errors
    /// [`RecipeArgsError`] names the file with its line and key, or the number.
    pub fn recipe(&self, spec: &NetworkSpec, preset: &Preset) -> Result<Recipe, RecipeArgsError> {
        let recipe = match &self.recipe {
            Some(path) => {
                let recipe: Recipe = read_toml(path)?;
                recipe.check().map_err(|cause| RecipeArgsError::Number { path: path.clone(), cause })?;
                recipe
            }
            None => preset.recipe(spec, &self.set)?,
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
    use crate::train::TrainedConvolutions;

    fn spec() -> NetworkSpec {
        NetworkSpec::table1(0.125, InputSpec { width: 96, height: 96, channels: 1 }, 2)
    }

    fn preset(name: &str) -> Preset {
        Preset::open(name).unwrap()
    }

    fn no_flags() -> RecipeArgs {
        RecipeArgs { recipe: None, init_from: None, set: Vec::new(), epochs_scale: None, device: DeviceChoice::Cpu }
    }

    #[test]
    fn a_written_recipe_comes_back_scaled_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipe.toml");
        let mut recipe = Recipe::default_for(&spec());
        recipe.stage.patience = Some(2);
        let args = |scale| RecipeArgs { recipe: Some(path.clone()), epochs_scale: scale, ..no_flags() };
        std::fs::write(&path, toml::to_string(&recipe).unwrap()).unwrap();
        assert_eq!(args(None).recipe(&spec(), &preset("quick")).unwrap(), recipe);
        assert_eq!(args(Some(2.0)).recipe(&spec(), &preset("quick")).unwrap().stage.epochs, 2 * recipe.stage.epochs);

        recipe.momentum = 1.5;
        std::fs::write(&path, toml::to_string(&recipe).unwrap()).unwrap();
        let error = args(None).recipe(&spec(), &preset("quick")).unwrap_err().to_string();
        assert!(error.contains("recipe.toml: momentum: found 1.5"), "{error}");
        std::fs::write(&path, "batch = 'many'").unwrap();
        let error = args(None).recipe(&spec(), &preset("quick")).unwrap_err().to_string();
        assert!(error.contains("recipe.toml") && error.contains("batch"), "{error}");
    }

    #[test]
    fn flags_lie_over_the_preset() {
        let args = RecipeArgs {
            init_from: Some("w.safetensors".into()),
            set: vec![parse_set("stage.epochs=3").unwrap(), parse_set("trained = 'tied'").unwrap()],
            ..no_flags()
        };
        let recipe = args.recipe(&spec(), &preset("microcontroller")).unwrap();
        let expected = Recipe::default_for(&spec());
        assert_eq!(recipe.first_weights, Some("w.safetensors".into()));
        assert_eq!((recipe.stage.epochs, recipe.trained), (3, TrainedConvolutions::Tied));
        assert_eq!(
            Recipe { first_weights: None, stage: expected.stage, trained: expected.trained, ..recipe },
            expected
        );
        assert!(["0", "-1", "nan", "1e9", "x"].iter().all(|text| parse_scale(text).is_err()));
        assert!(["leak", "leak=", "leak=='"].iter().all(|text| parse_set(text).is_err()));
    }
}
