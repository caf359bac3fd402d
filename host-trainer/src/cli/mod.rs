//! The commands, one a file: arguments in a struct, `run` does it.

use std::path::Path;

use boards::Board;
use clap::{Parser, Subcommand};
use switchback::stream::KernelSet;

mod bench;
mod bench_engine;
mod data_args;
mod device;
mod evaluate;
mod experiment;
mod export;
mod infer;
mod inspect;
mod monitor;
mod network_args;
mod phantom;
mod plan;
mod recipe_args;
mod slot_image;
mod summary;
mod threshold_args;
mod train_and_quantize;

use crate::data::{DataError, MAX_PIXELS, limit_pixels};
use crate::experiment::ExperimentError;
use crate::train::{DeviceError, TrainError};

/// Pixels.
const MEGAPIXEL: u64 = 1 << 20;

/// Trains, quantizes, exports, judges and draws Switchback networks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Decodes images of at most so many times 1,048,576 pixels: a small file can promise more than there is memory for
    #[arg(long, global = true, value_name = "N", default_value_t = MAX_PIXELS / MEGAPIXEL, value_parser = clap::value_parser!(u64).range(1..=4096))]
    max_megapixels: u64,
}

// Each command is described where its arguments are: a description here would hide that one, with its example.
#[derive(Debug, Subcommand)]
enum Command {
    TrainAndQuantize(train_and_quantize::Args),
    Export(export::Args),
    Evaluate(evaluate::Args),
    Infer(infer::Args),
    Inspect(inspect::Args),
    Plan(plan::Args),
    Phantom(phantom::Args),
    Experiment(experiment::Args),
    Bench(bench::Args),
    Device(device::Args),
    Monitor(monitor::Args),
    #[command(hide = true)]
    SlotImage(slot_image::Args),
}

/// A command that could not be done, with what to do next where that is known.
#[derive(Debug)]
pub struct Failure {
    error: anyhow::Error,
    help: Option<String>,
}

impl Failure {
    /// A failure whose next step is known.
    pub fn with_help(error: impl Into<anyhow::Error>, help: impl Into<String>) -> Self {
        Self { error: error.into(), help: Some(help.into()) }
    }

    /// The lines for the terminal: `error: …` and, where there is a next step, `help: …`.
    pub fn lines(&self) -> String {
        let mut lines = format!("error: {:#}", self.error);
        let of_data = || self.error.chain().find_map(|e| e.downcast_ref::<DataError>()).and_then(DataError::help);
        let of_training = || self.error.chain().find_map(|e| e.downcast_ref::<TrainError>()).and_then(TrainError::help);
        let experiment = || self.error.chain().find_map(|e| e.downcast_ref::<ExperimentError>());
        let of_experiment = || experiment().and_then(ExperimentError::help);
        let device = || self.error.chain().find_map(|e| e.downcast_ref::<DeviceError>());
        let of_device = || device().and_then(DeviceError::help).map(str::to_owned);
        let help = self.help.clone().or_else(of_data).or_else(of_training).or_else(of_experiment).or_else(of_device);
        if let Some(help) = help {
            lines.push_str("\nhelp: ");
            lines.push_str(&help);
        }
        lines
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), help: None }
    }
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// [`Failure`] when it could not be done.
    pub fn run(self) -> Result<(), Failure> {
        limit_pixels(self.max_megapixels * MEGAPIXEL);
        match self.command {
            Command::TrainAndQuantize(args) => train_and_quantize::run(args),
            Command::Export(args) => export::run(args),
            Command::Evaluate(args) => evaluate::run(args),
            Command::Infer(args) => infer::run(args),
            Command::Inspect(args) => inspect::run(args),
            Command::Plan(args) => plan::run(args),
            Command::Phantom(args) => phantom::run(args),
            Command::Experiment(args) => experiment::run(args),
            Command::Bench(args) => bench::run(args),
            Command::Device(args) => device::run(args),
            Command::Monitor(args) => monitor::run(args),
            Command::SlotImage(args) => slot_image::run(args),
        }
    }
}

/// The command line as it was typed, for the files' provenance.
fn command_line() -> String {
    std::iter::once("cargo xtask".to_owned()).chain(std::env::args().skip(1)).collect::<Vec<_>>().join(" ")
}

/// The kernels that a plan may take: those that a board's processor runs well, or none beside the definitions.
fn kinds(definitions: bool, board: Option<&Board>) -> KernelSet {
    if definitions {
        return KernelSet::DEFINITIONS;
    }
    KernelSet::of_processor(board.and_then(|board| board.cpu.as_deref()))
}

/// `WIDTHxHEIGHT`, each 1 to 1024.
fn parse_size(text: &str) -> Result<(u16, u16), String> {
    let expected = || format!("found '{text}', expected WIDTHxHEIGHT such as 96x96");
    let (width, height) = text.split_once(['x', '×']).ok_or_else(expected)?;
    Ok((width.parse().map_err(|_| expected())?, height.parse().map_err(|_| expected())?))
}

/// A path that does not depend on the working directory.
fn absolute(path: &Path) -> std::path::PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Unsuitable;

    #[test]
    fn an_experiment_says_what_to_do_next() {
        let failure = Failure::from(ExperimentError::from(Unsuitable::NoStage { data: "scans".into() }));
        let expected = "error: run on scans: found no deconvolution stage, expected one at least\n\
                        help: train with --stages 1 at least";
        assert_eq!(failure.lines(), expected);
    }

    #[test]
    fn the_command_line_is_sound_and_every_command_has_a_line_and_an_example() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
        let documented = |command: &clap::Command| {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Example: cargo "), "{} has no example", command.get_name());
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.contains('\n'), "{}: '{about}'", command.get_name());
        };
        for command in Cli::command().get_subcommands() {
            match command.get_name() {
                "experiment" => command.get_subcommands().for_each(documented),
                _ => documented(command),
            }
        }
        let parse = |words: &str| Cli::try_parse_from(words.split(' '));
        assert!(parse("x experiment table3 --data a --data b --seeds 3").is_ok());
        assert!(parse("x experiment fig3 --run r --image a.png --image b.png").is_ok());
        for wrong in [
            "x experiment table3",
            "x experiment fig3 --run r --image a --images 2",
            "x experiment fig5 --run r --images 0",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
