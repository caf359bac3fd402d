//! `mutants`: the core's code with one small change after another, by `cargo mutants` with the rules of `.cargo/mutants.toml`: a
//! change that no test sees is a claim that nothing checks.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::error::XtaskError;
use crate::{paths, process};

const INSTALL: &str = "cargo install --locked cargo-mutants";

/// Runs the command, with more `arguments` for cargo-mutants, and gives its exit code: 0 where every change is seen.
///
/// # Errors
/// [`XtaskError::MissingProgram`].
pub fn run(arguments: &[OsString]) -> Result<ExitCode, XtaskError> {
    let found = process::output(Command::new("cargo-mutants").args(["mutants", "--version"]));
    found.ok_or_else(|| XtaskError::MissingProgram { program: "cargo-mutants".to_owned(), help: INSTALL })?;
    let mut command = Command::new(process::cargo());
    command.arg("mutants").arg("--output").arg(paths::target_folder()).args(arguments).current_dir(paths::root());
    command.status().map(process::exit_code).map_err(XtaskError::running("cargo", INSTALL))
}
