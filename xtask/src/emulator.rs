//! A board in QEMU: its UART on a socket, its logs on this program's standard error.

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use boards::{Board, Emulated, Kind};

use crate::error::XtaskError;
use crate::process::{self, Running};

const PROGRAM: &str = "qemu-system-arm";

/// The line that installs it.
pub const INSTALL: &str = "sudo apt-get install qemu-system-arm, or brew install qemu";

/// How long an emulator may take to end after its program did.
const END: Duration = Duration::from_secs(5);

/// An emulated board that runs a program; it ends when this value does.
pub struct Emulator {
    running: Running,
    port: u16,
    log_reader: Running,
    messages: JoinHandle<String>,
}

/// Runs a program that needs no serial line to its end, every instruction of it one nanosecond of the board's time, and
/// gives what it prints. `argument` is for the program.
///
/// # Errors
/// [`XtaskError`] when there is no emulator, or it or the program failed.
pub fn count(board: &Board, elf: &Path, argument: Option<&str>) -> Result<String, XtaskError> {
    let mut command = Command::new(PROGRAM);
    command.args(["-machine", machine(board)?, "-display", "none", "-monitor", "none", "-serial", "none"]);
    let arguments = argument.map_or_else(String::new, |argument| format!(",arg=bench,arg={argument}"));
    let semihosting = format!("enable=on,target=native{arguments}");
    command.args(["-icount", "shift=0", "-semihosting-config", &semihosting, "-kernel"]).arg(elf);
    let output = command.stdin(Stdio::null()).output().map_err(XtaskError::running(PROGRAM, INSTALL))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(XtaskError::EmulatorEnded { status: output.status.to_string(), said })
}

/// What QEMU calls the board.
///
/// # Errors
/// [`XtaskError::NotEmulated`].
pub fn machine(board: &Board) -> Result<&str, XtaskError> {
    match &board.kind {
        Kind::Emulated(Emulated { machine, .. }) => Ok(machine),
        Kind::Real(_) => Err(XtaskError::NotEmulated { board: board.name.clone() }),
    }
}

/// The installed emulator's version.
///
/// # Errors
/// [`XtaskError::MissingProgram`].
pub fn version() -> Result<String, XtaskError> {
    let text = process::output(Command::new(PROGRAM).arg("--version"));
    let missing = || XtaskError::MissingProgram { program: PROGRAM.to_owned(), help: INSTALL };
    let text = text.ok_or_else(missing)?;
    let first = text.lines().next().unwrap_or_default();
    Ok(first.strip_prefix("QEMU emulator version ").unwrap_or(first).to_owned())
}

/// The oldest version that has all boards and runs their programs.
const LEAST_MAJOR: u32 = 7;

/// Checks that an emulator is installed, and a new one.
///
/// # Errors
/// [`XtaskError::MissingProgram`], [`XtaskError::OldEmulator`].
pub fn check_version() -> Result<(), XtaskError> {
    is_new_enough(&version()?)
}

fn is_new_enough(version: &str) -> Result<(), XtaskError> {
    let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(major) if major < LEAST_MAJOR => {
            Err(XtaskError::OldEmulator { found: version.to_owned(), least: LEAST_MAJOR })
        }
        _ => Ok(()),
    }
}

/// Instructions a second of an emulator that counts them: each takes a nanosecond of the board's time.
pub const INSTRUCTIONS_PER_SECOND: u64 = 1_000_000_000;

/// The emulator that runs `elf` with the file `slot` in the model's first slot, its UART on the port `port` of this machine,
/// [`INSTRUCTIONS_PER_SECOND`] of them.
///
/// # Errors
/// [`XtaskError::NotEmulated`].
pub fn serving(board: &Board, elf: &Path, slot: &Path, port: &str) -> Result<Command, XtaskError> {
    let mut command = Command::new(PROGRAM);
    command.args(["-machine", machine(board)?, "-display", "none", "-monitor", "none"]);
    command.args(["-icount", "shift=0"]);
    let origin = board.memory.model.origin;
    command.args(["-device", &format!("loader,file={},addr={origin:#x},force-raw=on", slot.display())]);
    command.args(["-chardev", &format!("socket,id=uart,host=127.0.0.1,port={port},server=on,wait=on")]);
    command.args(["-serial", "chardev:uart", "-semihosting-config", "enable=on,target=native", "-kernel"]).arg(elf);
    Ok(command)
}

impl Emulator {
    /// Starts `elf` on `board` with the file `slot` in the model's first slot, its logs read by the program `log_reader`. The
    /// processor waits until something connects to [`Self::address`].
    ///
    /// # Errors
    /// [`XtaskError`] when there is no emulator or no log reader.
    pub fn start(board: &Board, elf: &Path, slot: &Path, log_reader: &Path) -> Result<Self, XtaskError> {
        let cannot = |source| XtaskError::Run { program: PROGRAM.to_owned(), source };
        let port = free_port().map_err(cannot)?;
        let mut command = serving(board, elf, slot, &port.to_string())?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running::start(&mut command).map_err(XtaskError::running(PROGRAM, INSTALL))?;
        let (stdout, stderr) = (running.child().stdout.take(), running.child().stderr.take());
        let mut reader = Command::new(log_reader);
        reader.arg(elf).arg(&board.name).stdin(stdout.map_or_else(Stdio::null, Stdio::from));
        let log_reader = Running::start(&mut reader)
            .map_err(|source| XtaskError::Run { program: log_reader.display().to_string(), source })?;
        let messages = thread::spawn(move || {
            let mut text = String::new();
            if let Some(mut stream) = stderr {
                // What could be read until it failed is still worth showing.
                let _ = stream.read_to_string(&mut text);
            }
            text
        });
        Ok(Self { running, port, log_reader, messages })
    }

    /// Where its UART is, as the trainer's `device --connect` takes it.
    pub fn address(&self) -> String {
        format!("tcp:127.0.0.1:{}", self.port)
    }

    /// Whether the emulator has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.running.ended(), Ok(None))
    }

    /// Waits until the program has ended, and the last of its logs is shown; ends the emulator where it does not.
    ///
    /// # Errors
    /// [`XtaskError::EmulatorEnded`] when emulator or program failed, [`XtaskError::Logs`] when the logs could not be read.
    pub fn finish(mut self) -> Result<(), XtaskError> {
        let status = self.running.wait(END);
        drop(self.running);
        let said = self.messages.join().unwrap_or_default();
        let read = self.log_reader.wait(END);
        match status {
            Ok(Some(status)) if !status.success() => {
                Err(XtaskError::EmulatorEnded { status: status.to_string(), said: said.trim().to_owned() })
            }
            _ if !matches!(read, Ok(Some(status)) if status.success()) => Err(XtaskError::Logs),
            _ => Ok(()),
        }
    }
}

/// A port that nothing listens on: the system picks one, and picks others for a while after.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_emulator_is_refused() {
        assert!(is_new_enough("7.2.15 (Debian 1:7.2+dfsg-7)").is_ok());
        assert!(is_new_enough("10.0.0").is_ok());
        let error = is_new_enough("6.2.0").unwrap_err();
        assert!(error.to_string().contains("6.2.0") && error.help().is_some(), "{error}");
    }
}
