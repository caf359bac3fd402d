//! `--net` and what goes with it: one way from flags to the network description.

use std::path::PathBuf;

use switchback::model::Network;
use switchback::model::spec::{HeadSpec, InputSpec, MAX_CLASSES, NetworkSpec};

use crate::data::Task;
use crate::run::RunError;
use crate::run::read_toml;
use crate::train::{HeadChoice, NetworkPreset, Preset};

/// Width of Table 1 where nothing is said: what a small board runs.
const MICROCONTROLLER_WIDTH: f32 = 0.125;

/// Which network.
#[derive(Debug, clap::Args)]
pub struct NetworkArgs {
    /// Defaults of the flags below and the recipe of the training: the paper's `tb` or `voc`, `microcontroller`, `phantoms`, `quick`,
    /// or a file like those in host-trainer/presets [default: microcontroller].
    #[arg(long, value_name = "NAME|FILE.toml", value_parser = parse_preset)]
    preset: Option<Preset>,
    /// `tb` (Table 1 of the paper), `vgg16` (Table 2), or a TOML file with a network description [default: tb at width 0.125].
    #[arg(long, value_name = "tb|vgg16|FILE.toml", value_parser = parse_net)]
    net: Option<String>,
    /// Multiplies the table's number of filters, rounded to a multiple of four [default: 1 with --net, else 0.125].
    #[arg(long, value_parser = parse_width)]
    width: Option<f32>,
    /// Size of the image that the network takes [default: 96x96 for tb, 224x224 for vgg16].
    #[arg(long, value_name = "WxH", value_parser = super::parse_size)]
    input: Option<(u16, u16)>,
    /// Grey (1) or colour (3) input [default: 1 for tb, 3 for vgg16].
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(["1", "3"]))]
    channels: Option<String>,
    /// Deconvolution stages, 0 to 5 [default: 3].
    #[arg(long)]
    stages: Option<u8>,
    /// How class maps are read from the stages [default: recommended].
    #[arg(long, value_enum)]
    head: Option<HeadChoice>,
}

/// A network that the flags do not make.
#[derive(Debug, thiserror::Error)]
pub enum NetworkArgsError {
    /// The description file.
    #[error(transparent)]
    File(#[from] RunError),
    /// More classes than a network has.
    #[error("classes of the data set: found {found}, expected at most {MAX_CLASSES}")]
    TooManyClasses {
        /// Classes of the data set.
        found: usize,
    },
    /// The description is not a network.
    #[error("network")]
    Spec(#[from] switchback::model::SpecError),
}

fn parse_preset(text: &str) -> Result<Preset, String> {
    Preset::open(text).map_err(|error| error.to_string())
}

fn parse_net(text: &str) -> Result<String, String> {
    match text {
        "tb" | "vgg16" => Ok(text.into()),
        path if path.ends_with(".toml") => Ok(path.into()),
        other => Err(format!("found '{other}', expected tb, vgg16 or the path of a .toml file")),
    }
}

fn parse_width(text: &str) -> Result<f32, String> {
    let width: f32 = text.parse().map_err(|_| format!("found '{text}', expected a number such as 0.125"))?;
    if width > 0.0 && width <= 4.0 { Ok(width) } else { Err(format!("found {width}, expected above 0 and at most 4")) }
}

impl NetworkArgs {
    /// The checked network for so many classes.
    ///
    /// # Errors
    /// [`NetworkArgsError`] names the flag or number that cannot be used.
    pub fn network(&self, task: Task, classes: usize) -> Result<Network, NetworkArgsError> {
        let classes = u8::try_from(classes).map_err(|_| NetworkArgsError::TooManyClasses { found: classes })?;
        let given = self.width.or(self.net.is_some().then_some(1.0));
        let width = given.or(self.preset_network().and_then(|network| network.width)).unwrap_or(MICROCONTROLLER_WIDTH);
        let mut spec = match self.name() {
            "tb" => NetworkSpec::table1(width, self.input_spec(96, "1"), classes),
            "vgg16" => NetworkSpec::table2(width, self.input_spec(224, "3"), classes),
            path => read_toml(&PathBuf::from(path))?,
        };
        if !self.name().ends_with(".toml") {
            spec.head = match (self.head(), task) {
                (HeadChoice::Paper, Task::Binary) => HeadSpec::PAPER_BINARY,
                (HeadChoice::Recommended, Task::Binary) => HeadSpec::recommended(classes),
                (_, Task::MultiLabel) => HeadSpec::PAPER_MULTI_LABEL,
            };
        }
        let stages = self.stages.or(self.preset_network().and_then(|network| network.stages));
        spec.stages = stages.unwrap_or(spec.stages);
        Ok(Network::new(spec)?)
    }

    /// The preset that was asked for, else one that comes with the program.
    pub fn preset_or(&self, name: &str) -> Preset {
        self.preset.clone().unwrap_or_else(|| Preset::built_in(name))
    }

    /// The table or file.
    pub fn name(&self) -> &str {
        let of_preset = self.preset_network().and_then(|network| network.net.as_deref());
        self.net.as_deref().or(of_preset).unwrap_or("tb")
    }

    /// Classes of the paper's experiment with this table; two where there is none.
    pub fn default_classes(&self) -> usize {
        if self.name() == "vgg16" { 21 } else { 2 }
    }

    /// Whether the paper's head was asked for.
    pub fn is_paper(&self) -> bool {
        self.head() == HeadChoice::Paper
    }

    fn preset_network(&self) -> Option<&NetworkPreset> {
        self.preset.as_ref().map(|preset| &preset.network)
    }

    fn head(&self) -> HeadChoice {
        let of_preset = self.preset_network().and_then(|network| network.head);
        self.head.or(of_preset).unwrap_or(HeadChoice::Recommended)
    }

    fn input_spec(&self, side: u16, channels: &str) -> InputSpec {
        // A preset's size is its own table's.
        let preset = self.preset_network().filter(|_| self.net.is_none());
        let (width, height) = self.input.or(preset.and_then(|network| network.input)).unwrap_or((side, side));
        let of_preset = preset.and_then(|network| network.channels).map(|channels| channels.to_string());
        let channels = self.channels.clone().or(of_preset).unwrap_or(channels.into());
        InputSpec { width, height, channels: if channels == "3" { 3 } else { 1 } }
    }
}
