//! The trainer's program, run with the arguments as they are.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::error::XtaskError;
use crate::{host_program, process};

/// The trainer's package and program.
pub const PACKAGE: &str = "host-trainer";

/// Runs a command of the trainer; its exit code becomes this program's.
pub fn forward(command: &str, arguments: &[OsString]) -> Result<ExitCode, XtaskError> {
    let mut program = Command::new(host_program::build(PACKAGE)?);
    program.arg(command).args(arguments);
    let status = program.status().map_err(|source| XtaskError::Run { program: PACKAGE.to_owned(), source })?;
    Ok(process::exit_code(status))
}
