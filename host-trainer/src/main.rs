//! The trainer's commands; `cargo xtask` forwards to them.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use host_trainer::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.lines());
            ExitCode::FAILURE
        }
    }
}
