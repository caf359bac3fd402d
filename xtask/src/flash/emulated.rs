//! `flash` on an emulated board: QEMU runs the program, with the model's slot in memory.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use boards::Board;

use super::demand::Demand;
use super::report::Report;
use super::sizes::Sizes;
use super::steps::shell;
use super::table::Table;
use super::{Contents, Fitting, FlashArguments, build, conversation, fit, slot_image};
use crate::emulator::{self, Emulator};
use crate::error::XtaskError;
use crate::{host_program, process, targets, trainer};

/// The package and program that prints a device's logs.
const LOG_READER: &str = "log-reader";

/// What came out of a run.
pub struct Outcome {
    /// How the trainer's comparison ended.
    pub status: ExitStatus,
    /// What the program takes.
    pub sizes: Sizes,
    /// What the model needs.
    pub demand: Demand,
    /// What the device said of itself, where it answered to the end.
    pub report: Option<Report>,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`].
pub fn run(arguments: &FlashArguments, board: &Board) -> Result<ExitCode, XtaskError> {
    for (is_given, flag) in [
        (arguments.probe.is_some(), "--probe"),
        (arguments.serial.is_some(), "--serial"),
        (arguments.model_only, "--model-only"),
    ] {
        if is_given {
            return Err(XtaskError::RealOnly { flag, board: board.name.clone() });
        }
    }
    let model = arguments.board.model_or_newest()?;
    if arguments.dry_run {
        return dry_run(board, &model);
    }
    Ok(process::exit_code(outcome(arguments, board, &model)?.status))
}

/// Runs the images and compares.
///
/// # Errors
/// [`XtaskError`].
pub fn outcome(arguments: &FlashArguments, board: &Board, model: &Path) -> Result<Outcome, XtaskError> {
    // Before the builds, which take minutes the first time.
    emulator::check_version()?;
    targets::of_board(board)?;
    let trainer = host_program::build(trainer::PACKAGE)?;
    let log_reader = host_program::build(LOG_READER)?;
    let Fitting { elf, sizes, demand, files } = fit(arguments, board, &trainer, model)?;

    let mut emulator = Emulator::start(board, &elf, &files.image, &log_reader)?;
    if arguments.monitor {
        let status = conversation::hold(&mut conversation::monitor(&trainer, arguments, &emulator.address()))?;
        return Ok(Outcome { status, sizes, demand, report: None });
    }
    let status =
        conversation::hold(&mut conversation::command(&trainer, arguments, board, model, &emulator.address()))?;
    // After a good conversation the program ends by itself, and how it ends counts as well.
    if status.success() {
        emulator.finish()?;
    } else if emulator.has_ended() {
        eprintln!("{}", emulator.finish().err().map_or_else(String::new, |error| format!("note: {error}")));
    }
    let report = status.success().then(|| Report::read(&conversation::out_folder(arguments, board, model))).flatten();
    Ok(Outcome { status, sizes, demand, report })
}

/// Prints what would be run.
fn dry_run(board: &Board, model: &Path) -> Result<ExitCode, XtaskError> {
    let model_bytes = model.metadata().map_err(|_| XtaskError::NoSuchModel { path: model.to_owned() })?.len();
    let elf = build(board, &Contents::usual())?;
    let sizes = Sizes::of(board, &elf)?;
    println!("{}", Table::new(board, &sizes, model_bytes, None));
    let files = slot_image::Paths::of(board);
    let command: Command = emulator::serving(board, &elf, &files.image, "PORT")?;
    println!("{}", shell(command.get_program(), &command.get_args().map(OsStr::to_owned).collect::<Vec<_>>()));
    Ok(ExitCode::SUCCESS)
}
