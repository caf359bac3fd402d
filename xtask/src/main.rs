//! The commands of the repository. Those about networks are the trainer's and are handed on to it; those about boards are
//! done here, without linking the core or the trainer, so that this program is small and quick to build.
#![forbid(unsafe_code)]

mod bench;
mod board_arguments;
mod board_list;
mod check_back_ends;
mod check_dependencies;
mod check_hosts;
mod check_no_panic;
mod doctor;
mod emulator;
mod error;
mod firmware;
mod flash;
mod fuzz;
mod host_program;
mod lint;
mod mutants;
mod paths;
mod probe;
mod process;
mod sanitize;
mod serial;
mod targets;
mod trainer;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::XtaskError;

/// Trains a network that draws where the evidence is, quantizes it, and runs it on a microcontroller.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train stage by stage, quantize, prove the integers equal to the host model's, write a run folder
    #[command(disable_help_flag = true)]
    TrainAndQuantize(Forwarded),
    /// Calibrate and quantize a trained run again
    #[command(disable_help_flag = true)]
    Export(Forwarded),
    /// Measure a run or a model on a data set
    #[command(disable_help_flag = true)]
    Evaluate(Forwarded),
    /// Scores, heat map and mask of images
    #[command(disable_help_flag = true)]
    Infer(Forwarded),
    /// Shapes, scales, sizes and provenance of a model
    #[command(disable_help_flag = true)]
    Inspect(Forwarded),
    /// Arena and flash of a network, part by part, and what does not fit a board
    #[command(disable_help_flag = true)]
    Plan(Forwarded),
    /// Write a generated data set with masks
    #[command(disable_help_flag = true)]
    Phantom(Forwarded),
    /// Make the tables and figures of the paper: by several trainings, or from a trained run
    #[command(disable_help_flag = true)]
    Experiment(Forwarded),
    /// Count instructions on a board, layer by layer or kernel by kernel; with --host measure the trainer's speed
    Bench(bench::BenchArguments),
    /// Bring firmware and model onto a board, emulated or real, and compare it with the host bit for bit
    Flash(flash::FlashArguments),
    /// The boards there are: bytes for model and arena, pins of the real ones
    Boards,
    /// Compare every function of the processors' back ends with the portable ones on emulated boards: random shapes, extreme values
    CheckBackEnds {
        /// The boards [default: qemu-m0,qemu-m3,qemu-m4,qemu-m55]
        #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
        boards: Vec<String>,
    },
    /// Link a program that calls all of the core, without the function that its panic handler calls
    CheckNoPanic {
        /// The boards [default: qemu-m0,qemu-m3,qemu-m4,qemu-m55]
        #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
        boards: Vec<String>,
    },
    /// Check licences, sources and versions of all dependencies, by cargo-deny
    CheckDependencies {
        /// Looks known weaknesses up as well, in the advisory database, which is fetched
        #[arg(long)]
        advisories: bool,
    },
    /// Compare what every layer of the measured networks gives on other hosts: 32 bits, big endian, WebAssembly
    CheckHosts(check_hosts::HostArguments),
    Fuzz(fuzz::FuzzArguments),
    Sanitize(sanitize::SanitizeArguments),
    /// Change the core's code in one small way after another, by cargo-mutants, and name the changes that no test sees
    Mutants {
        /// Arguments for cargo-mutants: --re PATTERN, --in-diff PATCH, --shard 1/8, --list and so on
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// What this machine has and lacks for these commands
    Doctor,
    /// Clippy for the targets of all boards (for CI)
    LintBoards {
        /// A model to link on emulated boards
        #[arg(long, value_name = "FILE")]
        model: std::path::PathBuf,
        /// The boards [default: all]
        #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
        boards: Vec<String>,
    },
}

/// Arguments that are the trainer's to understand.
#[derive(clap::Args)]
struct Forwarded {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let result = match (fuzz::coverage::as_compiler(), trainer_bench()) {
        (Some(compiled), _) => compiled,
        (None, Some(arguments)) => trainer::forward("bench", &arguments),
        (None, None) => run(Arguments::parse().command),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            error.print();
            ExitCode::FAILURE
        }
    }
}

/// The arguments of `bench` where they are the trainer's: where `--host` is among them.
fn trainer_bench() -> Option<Vec<OsString>> {
    let mut arguments = std::env::args_os().skip(1);
    let is_bench = arguments.next()? == "bench";
    let arguments: Vec<OsString> = arguments.collect();
    (is_bench && arguments.iter().any(|argument| argument == "--host")).then_some(arguments)
}

fn run(command: Command) -> Result<ExitCode, XtaskError> {
    match command {
        Command::TrainAndQuantize(forwarded) => trainer::forward("train-and-quantize", &forwarded.arguments),
        Command::Export(forwarded) => trainer::forward("export", &forwarded.arguments),
        Command::Evaluate(forwarded) => trainer::forward("evaluate", &forwarded.arguments),
        Command::Infer(forwarded) => trainer::forward("infer", &forwarded.arguments),
        Command::Inspect(forwarded) => trainer::forward("inspect", &forwarded.arguments),
        Command::Plan(forwarded) => trainer::forward("plan", &forwarded.arguments),
        Command::Phantom(forwarded) => trainer::forward("phantom", &forwarded.arguments),
        Command::Experiment(forwarded) => trainer::forward("experiment", &forwarded.arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Flash(arguments) => flash::run(&arguments),
        Command::CheckBackEnds { boards } => check_back_ends::run(boards).map(|()| ExitCode::SUCCESS),
        Command::CheckNoPanic { boards } => check_no_panic::run(boards).map(|()| ExitCode::SUCCESS),
        Command::CheckDependencies { advisories } => check_dependencies::run(advisories).map(|()| ExitCode::SUCCESS),
        Command::CheckHosts(arguments) => check_hosts::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Fuzz(arguments) => fuzz::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Sanitize(arguments) => sanitize::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Mutants { arguments } => mutants::run(&arguments),
        Command::Boards => board_list::run().map(|()| ExitCode::SUCCESS),
        Command::Doctor => {
            doctor::run();
            Ok(ExitCode::SUCCESS)
        }
        Command::LintBoards { model, boards } => {
            let model = model.canonicalize().map_err(|_| XtaskError::NoSuchModel { path: model })?;
            lint::run(&model, boards).map(|()| ExitCode::SUCCESS)
        }
    }
}
