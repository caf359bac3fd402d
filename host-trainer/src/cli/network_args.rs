//! `--net` and what goes with it: one way from flags to the network description.

use std::path::PathBuf;

use switchback::model::Network;
use switchback::model::spec::{HeadSpec, InputSpec, MAX_CLASSES, NetworkSpec};

use crate::data::Task;
use crate::run::RunError;
use crate::run::read_toml;

/// Width of Table 1 where nothing is said: what a small board runs.
const MICROCONTROLLER_WIDTH: f32 = 0.125;

/// Which network.
#[derive(Debug, clap::Args)]
pub struct NetworkArgs {
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
    /// How class maps are read from the stages.
    #[arg(long, value_enum, default_value_t = HeadChoice::Recommended)]
    head: HeadChoice,
}

/// Which head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum HeadChoice {
    /// What localizes best: in binary problems one evidence map from the last stage, else the paper's.
    Recommended,
    /// The paper's: features of all stages, standardized, a map for every class.
    Paper,
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
        let width = self.width.unwrap_or(if self.net.is_some() { 1.0 } else { MICROCONTROLLER_WIDTH });
        let mut spec = match self.name() {
            "tb" => NetworkSpec::table1(width, self.input_spec(96, "1"), classes),
            "vgg16" => NetworkSpec::table2(width, self.input_spec(224, "3"), classes),
            path => read_toml(&PathBuf::from(path))?,
        };
        if !self.name().ends_with(".toml") {
            spec.head = match (self.head, task) {
                (HeadChoice::Paper, Task::Binary) => HeadSpec::PAPER_BINARY,
                (HeadChoice::Recommended, Task::Binary) => HeadSpec::recommended(classes),
                (_, Task::MultiLabel) => HeadSpec::PAPER_MULTI_LABEL,
            };
        }
        spec.stages = self.stages.unwrap_or(spec.stages);
        Ok(Network::new(spec)?)
    }

    /// The preset or file.
    pub fn name(&self) -> &str {
        self.net.as_deref().unwrap_or("tb")
    }

    /// Classes of the paper's experiment with this preset; two where there is none.
    pub fn default_classes(&self) -> usize {
        if self.name() == "vgg16" { 21 } else { 2 }
    }

    /// Whether the paper's head was asked for.
    pub fn is_paper(&self) -> bool {
        self.head == HeadChoice::Paper
    }

    fn input_spec(&self, side: u16, channels: &str) -> InputSpec {
        let (width, height) = self.input.unwrap_or((side, side));
        let channels = self.channels.as_deref().unwrap_or(channels);
        InputSpec { width, height, channels: if channels == "3" { 3 } else { 1 } }
    }
}
