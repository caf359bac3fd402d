//! Presets: a network's flags and a recipe in one file that a person can read beside the paper.

use std::path::Path;

use serde::Deserialize;
use switchback::model::spec::NetworkSpec;
use toml::{Table, Value};

use super::recipe::{Recipe, RecipeError, hidden_nodes, micro_batch};

/// The files by the names that `--preset` takes.
const FILES: [(&str, &str); 5] = [
    ("tb", include_str!("../../presets/tb.toml")),
    ("voc", include_str!("../../presets/voc.toml")),
    ("microcontroller", include_str!("../../presets/microcontroller.toml")),
    ("phantoms", include_str!("../../presets/phantoms.toml")),
    ("quick", include_str!("../../presets/quick.toml")),
];

/// What a preset says, with what its `base` says beneath it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Defaults of the flags that describe a network.
    pub network: NetworkPreset,
    recipe: Table,
}

/// Which head a network gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadChoice {
    /// What localizes best: in binary problems one evidence map from the last stage, else the paper's.
    Recommended,
    /// The paper's: features of all stages, standardized, a map for every class.
    Paper,
}

/// Defaults of the flags that describe a network; absent where the preset has none.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkPreset {
    /// `--net`.
    pub net: Option<String>,
    /// `--width`.
    pub width: Option<f32>,
    /// `--input`: width and height.
    pub input: Option<(u16, u16)>,
    /// `--channels`.
    pub channels: Option<u8>,
    /// `--stages`.
    pub stages: Option<u8>,
    /// `--head`.
    pub head: Option<HeadChoice>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetFile {
    base: Option<String>,
    #[serde(default)]
    network: Table,
    #[serde(default)]
    recipe: Table,
}

/// A preset or an overriding `KEY=VALUE` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// Neither a preset's name nor a file.
    #[error("preset: found '{found}', expected {} or the path of a .toml file", names())]
    Unknown {
        /// What was given.
        found: String,
    },
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not a preset.
    #[error("{name}: {reason}")]
    Text {
        /// The preset's name or file, or the key that was set.
        name: String,
        /// What the reader says.
        reason: String,
    },
    /// A number is outside its range.
    #[error(transparent)]
    Number(#[from] RecipeError),
}

fn names() -> String {
    FILES.map(|(name, _)| name).join(", ")
}

impl Preset {
    /// One of the presets that come with the program, or a file of the same form.
    ///
    /// # Errors
    /// [`PresetError`] with the presets there are, or the file's line and key.
    pub fn open(name_or_path: &str) -> Result<Self, PresetError> {
        if let Some((name, text)) = FILES.iter().find(|(name, _)| *name == name_or_path) {
            return Self::parse(name, text);
        }
        if Path::new(name_or_path).extension().is_none_or(|extension| extension != "toml") {
            return Err(PresetError::Unknown { found: name_or_path.into() });
        }
        let failed = |source| PresetError::File { path: name_or_path.into(), source };
        Self::parse(name_or_path, &std::fs::read_to_string(name_or_path).map_err(failed)?)
    }

    /// One that comes with the program.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn built_in(name: &str) -> Self {
        Self::open(name).expect("the presets that come with the program are tested")
    }

    fn parse(name: &str, text: &str) -> Result<Self, PresetError> {
        let (network, recipe) = tables(name, text)?;
        let network = network.try_into().map_err(|error: toml::de::Error| unreadable(name, &error))?;
        Ok(Self { network, recipe })
    }

    /// The recipe for a network, each `(key, value)` of `set` in place of what the preset has: keys as in recipe.toml with dots
    /// between (`stage.epochs`), values as TOML. Hidden nodes and the part of a batch in memory follow from the network where
    /// nothing says them.
    ///
    /// # Errors
    /// [`PresetError`] names the key that is missing or unknown, or the number outside its range.
    pub fn recipe(&self, spec: &NetworkSpec, set: &[(String, Value)]) -> Result<Recipe, PresetError> {
        let mut table = Table::new();
        table.insert("hidden".into(), Value::Integer(hidden_nodes(spec) as i64));
        table.insert("micro_batch".into(), Value::Integer(micro_batch(spec) as i64));
        merge(&mut table, self.recipe.clone());
        for (key, value) in set {
            merge(&mut table, nested(key, value.clone()));
        }
        let recipe: Recipe = table.try_into().map_err(|error: toml::de::Error| unreadable("recipe", &error))?;
        recipe.check()?;
        Ok(recipe)
    }
}

/// Network and recipe of a text, and beneath them those of its base.
fn tables(name: &str, text: &str) -> Result<(Table, Table), PresetError> {
    let file: PresetFile = toml::from_str(text).map_err(|error| unreadable(name, &error))?;
    let Some(base) = file.base else { return Ok((file.network, file.recipe)) };
    let Some((base, text)) = FILES.iter().find(|(known, _)| *known == base && *known != name) else {
        let reason = format!("base: found '{base}', expected {}", names());
        return Err(PresetError::Text { name: name.into(), reason });
    };
    let (mut network, mut recipe) = tables(base, text)?;
    merge(&mut network, file.network);
    merge(&mut recipe, file.recipe);
    Ok((network, recipe))
}

fn unreadable(name: &str, error: &toml::de::Error) -> PresetError {
    PresetError::Text { name: name.into(), reason: error.to_string().trim_end().replace('\n', "\n  ") }
}

/// Puts `upper` over `lower`, table by table.
fn merge(lower: &mut Table, upper: Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                lower.insert(key, value);
            }
        }
    }
}

/// `a.b = value` as tables.
fn nested(key: &str, value: Value) -> Table {
    let (first, value) = match key.split_once('.') {
        Some((first, rest)) => (first, Value::Table(nested(rest, value))),
        None => (key, value),
    };
    Table::from_iter([(first.to_owned(), value)])
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::InputSpec;

    use super::*;
    use crate::train::{InputStatistics, PhaseRecipe, TrainedConvolutions};

    fn table1(width: f32) -> NetworkSpec {
        NetworkSpec::table1(width, InputSpec { width: 96, height: 96, channels: 1 }, 2)
    }

    #[test]
    fn all_are_whole_and_valid_and_the_full_width_has_the_papers_layers() {
        for (name, _) in FILES {
            let recipe = Preset::open(name).unwrap().recipe(&table1(1.0), &[]).unwrap();
            assert_eq!((recipe.hidden, recipe.batch), (2048, 16), "{name}");
        }
        assert_eq!(Preset::built_in("tb").recipe(&table1(0.125), &[]).unwrap().hidden, 256);
    }

    #[test]
    fn the_papers_numbers() {
        let phase =
            |epochs, learning_rate, halve_every| PhaseRecipe { epochs, learning_rate, halve_every, patience: None };
        let tb = Preset::built_in("tb");
        assert_eq!((tb.network.input, tb.network.head), (Some((320, 320)), Some(HeadChoice::Paper)));
        let recipe = tb.recipe(&table1(1.0), &[]).unwrap();
        let phases = |recipe: &Recipe| [recipe.classification, recipe.baseline, recipe.stage];
        assert_eq!(phases(&recipe), [phase(50, 0.01, Some(20)), phase(50, 0.002, Some(20)), phase(10, 0.001, None)]);
        assert_eq!((320.0 * recipe.crop_margin).round(), 340.0);
        assert!((recipe.weight_decay, recipe.clip, recipe.leak, recipe.balance) == (0.0, None, 0.0, false));
        let voc = Preset::built_in("voc");
        let network = NetworkSpec::table2(1.0, InputSpec { width: 224, height: 224, channels: 3 }, 21);
        let recipe = voc.recipe(&network, &[]).unwrap();
        assert_eq!(phases(&recipe), [phase(0, 0.001, None), phase(10, 0.001, None), phase(10, 0.001, None)]);
        assert_eq!((224.0 * recipe.crop_margin).round(), 256.0);
        assert!(recipe.independent_stages && recipe.trained == TrainedConvolutions::Tied);
        assert_eq!(recipe.input_statistics, InputStatistics::Imagenet);
    }

    #[test]
    fn a_base_lies_beneath_and_set_values_lie_above() {
        let set = [("stage.epochs".to_owned(), Value::Integer(9)), ("leak".to_owned(), Value::Float(0.5))];
        let recipe = Preset::built_in("quick").recipe(&table1(0.125), &set).unwrap();
        assert_eq!((recipe.classification.epochs, recipe.warmup_steps, recipe.clip), (6, 10, Some(5.0)));
        assert_eq!((recipe.stage.epochs, recipe.stage.halve_every, recipe.leak), (9, Some(1), 0.5));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |set: (&str, Value)| {
            let set = [(set.0.to_owned(), set.1)];
            Preset::built_in("tb").recipe(&table1(0.125), &set).unwrap_err().to_string()
        };
        assert!(error(("stage.epoch", Value::Integer(3))).contains("epoch"));
        assert!(error(("momentum", Value::Float(1.5))).contains("momentum: found 1.5"));
        assert!(Preset::open("chest").unwrap_err().to_string().contains("tb, voc, microcontroller"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let open = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Preset::open(path.to_str().unwrap())
        };
        assert!(open("[network]\nwidht = 1.0").unwrap_err().to_string().contains("own.toml: "));
        assert!(open("base = 'own'").unwrap_err().to_string().contains("base: found 'own'"));
        let own = open("base = 'tb'\n[network]\nwidth = 0.25\n[recipe.stage]\nepochs = 3").unwrap();
        assert_eq!((own.network.width, own.network.net.as_deref()), (Some(0.25), Some("tb")));
        assert_eq!(own.recipe(&table1(0.25), &[]).unwrap().stage.epochs, 3);
        std::fs::remove_file(&path).unwrap();
        assert!(Preset::open(path.to_str().unwrap()).is_err());
    }
}
