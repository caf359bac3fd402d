//! `probe-rs`: the program that flashes real boards, which probe it takes, and what its errors mean.

mod error;
mod list;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use boards::{Board, Kind, Real, Region};

pub use error::ProbeError;

use crate::error::XtaskError;
use crate::process;

/// The program.
pub const PROGRAM: &str = "probe-rs";

/// The line that installs it.
pub const INSTALL: &str =
    "cargo install probe-rs-tools --locked (https://probe.rs has programs that are built already)";

/// A probe and the chip that it is attached to.
pub struct Probe {
    chip: String,
    selector: Option<String>,
}

/// The installed program's version.
///
/// # Errors
/// [`XtaskError::MissingProgram`].
pub fn version() -> Result<String, XtaskError> {
    let missing = || XtaskError::MissingProgram { program: PROGRAM.to_owned(), help: INSTALL };
    process::output(Command::new(PROGRAM).arg("--version")).ok_or_else(missing)
}

impl Probe {
    /// The probe of a board, by a selector or by none: nothing is started.
    ///
    /// # Errors
    /// [`XtaskError::NotReal`].
    pub fn of_board(board: &Board, selector: Option<&str>) -> Result<Self, XtaskError> {
        match &board.kind {
            Kind::Real(Real { probe_chip, .. }) => {
                Ok(Self { chip: probe_chip.clone(), selector: selector.map(str::to_owned) })
            }
            Kind::Emulated(_) => Err(XtaskError::NotReal { board: board.name.clone() }),
        }
    }

    /// Checks that the probe is attached and is the only one that is meant; from then on it is named.
    ///
    /// # Errors
    /// [`XtaskError`] when probe-rs is missing, or no probe, several or one that may not be used are attached.
    pub fn find(&mut self) -> Result<&str, XtaskError> {
        version()?;
        let output = Command::new(PROGRAM).arg("list").stdin(Stdio::null()).output();
        let output = output.map_err(XtaskError::running(PROGRAM, INSTALL))?;
        let attached = list::parse(&String::from_utf8_lossy(&output.stdout));
        let chosen = list::choose(&attached, self.selector.as_deref())?;
        Ok(self.selector.insert(chosen))
    }

    /// Writes a program into the flash.
    pub fn download_program(&self, elf: &Path) -> Vec<OsString> {
        let mut arguments = self.arguments("download");
        arguments.extend(["--verify", "--binary-format", "elf"].map(OsString::from));
        arguments.push(elf.into());
        arguments
    }

    /// Writes a file of bytes to the start of a region.
    pub fn download_bytes(&self, region: Region, file: &Path) -> Vec<OsString> {
        let mut arguments = self.arguments("download");
        arguments.extend(["--verify", "--binary-format", "bin", "--base-address"].map(OsString::from));
        arguments.push(format!("{:#010x}", region.origin).into());
        arguments.push(file.into());
        arguments
    }

    /// Starts the program in the flash.
    pub fn reset(&self) -> Vec<OsString> {
        self.arguments("reset")
    }

    /// Shows the logs of the program that runs.
    pub fn attach(&self, elf: &Path) -> Vec<OsString> {
        let mut arguments = self.arguments("attach");
        arguments.push(elf.into());
        arguments
    }

    fn arguments(&self, subcommand: &str) -> Vec<OsString> {
        let mut arguments = vec![subcommand.into(), "--non-interactive".into(), "--chip".into(), (&self.chip).into()];
        if let Some(selector) = &self.selector {
            arguments.extend(["--probe".into(), selector.into()]);
        }
        arguments
    }

    /// Runs probe-rs to its end; its progress is shown.
    ///
    /// # Errors
    /// [`XtaskError::Probe`] with what its messages mean.
    pub fn run(&self, arguments: &[OsString]) -> Result<(), XtaskError> {
        self.finish(Command::new(PROGRAM).args(arguments))
    }

    fn finish(&self, command: &mut Command) -> Result<(), XtaskError> {
        command.env("PROBE_RS_DISABLE_SETUP_HINTS", "1");
        command.stdin(Stdio::null()).stdout(Stdio::inherit()).stderr(Stdio::piped());
        let output = command.output().map_err(XtaskError::running(PROGRAM, INSTALL))?;
        if output.status.success() {
            return Ok(());
        }
        Err(ProbeError::of_output(&String::from_utf8_lossy(&output.stderr), &self.chip).into())
    }
}

#[cfg(test)]
mod tests;
