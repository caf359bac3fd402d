//! The trainer's talk with a device: images there, results back, compared with the host.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};

use boards::Board;

use super::{ALL_EMULATED, FlashArguments};
use crate::error::XtaskError;
use crate::process::{self, Running};

/// The trainer's command about the device at `address`.
pub fn command(trainer: &Path, arguments: &FlashArguments, board: &Board, model: &Path, address: &str) -> Command {
    let mut command = Command::new(trainer);
    command.args(["device", "--connect", address, "--model"]).arg(model);
    command.arg("--out").arg(out_folder(arguments, board, model));
    if arguments.update.is_some() {
        command.arg("--update");
    }
    if let Some(image) = &arguments.image {
        command.arg("--image").arg(image);
    }
    if let Some(data) = &arguments.data {
        command.arg("--data").arg(data);
    }
    if let Some(count) = arguments.count {
        command.args(["--count", &count.to_string()]);
    }
    if let Some(timeout) = arguments.timeout {
        command.args(["--timeout", &timeout.to_string()]);
    }
    command
}

/// Where the pictures and what the device said go.
pub fn out_folder(arguments: &FlashArguments, board: &Board, model: &Path) -> PathBuf {
    let beside_model = || model.with_file_name("flash").join(&board.name);
    match &arguments.out {
        Some(out) if arguments.board.name() == ALL_EMULATED => out.join(&board.name),
        Some(out) => out.clone(),
        None => beside_model(),
    }
}

/// The trainer's command that shows the device at `address`.
pub fn monitor(trainer: &Path, arguments: &FlashArguments, address: &str) -> Command {
    let mut command = Command::new(trainer);
    command.args(["monitor", "--connect", address]);
    if let Some(looks) = arguments.looks {
        command.args(["--looks", &looks.to_string()]);
    }
    command
}

/// Runs it to its end.
///
/// # Errors
/// [`XtaskError::Run`], or [`XtaskError::Interrupted`] when a person or another program asks to stop.
pub fn hold(command: &mut Command) -> Result<ExitStatus, XtaskError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let cannot = |source| XtaskError::Run { program: program.clone(), source };
    let stop = interruption();
    let mut running = Running::start(command).map_err(cannot)?;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(XtaskError::Interrupted);
        }
        match running.ended().map_err(cannot)? {
            Some(status) => return Ok(status),
            None => std::thread::sleep(process::POLL),
        }
    }
}

/// Becomes true when a person or another program asks this one to stop, so that it can end what it started first.
fn interruption() -> &'static AtomicBool {
    static STOP: AtomicBool = AtomicBool::new(false);
    static IS_WATCHED: AtomicBool = AtomicBool::new(false);
    if !IS_WATCHED.swap(true, Ordering::Relaxed)
        && let Err(error) = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed))
    {
        eprintln!("warning: an interruption will leave started programs running: {error}");
    }
    &STOP
}
