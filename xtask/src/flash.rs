//! `flash`: builds the firmware with a model, starts the board, and has the trainer talk to it and compare.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};

use boards::Board;

use crate::board_arguments::BoardArguments;
use crate::emulator::{self, Emulator};
use crate::error::XtaskError;
use crate::firmware::Program;
use crate::process::{self, Running};
use crate::{firmware, host_program, paths, targets, trainer};

/// The package and program that prints a device's logs.
const LOG_READER: &str = "log-reader";

/// Build the firmware, run a model on a board, and compare every layer and every result with the host, bit for bit. Without a model: that
/// of the run in runs/ that was written last.
///
/// Example: cargo xtask flash --board qemu-m7 --image lung.png
#[derive(clap::Args)]
pub struct FlashArguments {
    #[command(flatten)]
    board: BoardArguments,
    /// The image; by default a generated phantom with a lesion
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    image: Option<PathBuf>,
    /// Take the first images of this data set's test split
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many images of the data set
    #[arg(long, value_name = "N", requires = "data")]
    count: Option<u32>,
    /// Where the pictures go; by default flash/BOARD beside the model
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How long to wait for one answer of the device; by default what the model's size asks for
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`]. A comparison that fails is no error here: the exit code is the trainer's.
pub fn run(arguments: &FlashArguments) -> Result<ExitCode, XtaskError> {
    let board = arguments.board.board()?;
    let model = arguments.board.model_or_newest()?;
    // Before the builds, which take minutes the first time.
    emulator::version()?;
    targets::of_board(&board)?;
    let trainer = host_program::build(trainer::PACKAGE)?;
    let log_reader = host_program::build(LOG_READER)?;
    let models = std::slice::from_ref(&model);
    let program = Program { name: "firmware", feature: None, board: &board, models, arena_bytes: None };
    let elf = firmware::build(paths::root(), &firmware::target_folder(), &program)?;

    let stop = interruption();
    let mut emulator = Emulator::start(&board, &elf, &log_reader)?;
    let mut conversation = conversation(&trainer, arguments, &board, &model, &emulator.address())?;
    let status = loop {
        if stop.load(Ordering::Relaxed) {
            return Err(XtaskError::Interrupted);
        }
        let cannot_wait = |source| XtaskError::Run { program: trainer.display().to_string(), source };
        match conversation.ended().map_err(cannot_wait)? {
            Some(status) => break status,
            None => std::thread::sleep(process::POLL),
        }
    };
    // After a good conversation the program ends by itself, and how it ends counts as well.
    if status.success() {
        emulator.finish()?;
    } else if emulator.has_ended() {
        eprintln!("{}", emulator.finish().err().map_or_else(String::new, |error| format!("note: {error}")));
    }
    Ok(process::exit_code(status))
}

fn conversation(
    trainer: &Path,
    arguments: &FlashArguments,
    board: &Board,
    model: &Path,
    address: &str,
) -> Result<Running, XtaskError> {
    let beside_model = || model.with_file_name("flash").join(&board.name);
    let mut command = Command::new(trainer);
    command.args(["device", "--connect", address, "--model"]).arg(model);
    command.arg("--out").arg(arguments.out.clone().unwrap_or_else(beside_model));
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
    Running::start(&mut command).map_err(|source| XtaskError::Run { program: trainer.display().to_string(), source })
}

/// Becomes true when a person or another program asks this one to stop, so that it can end the emulator first.
fn interruption() -> &'static AtomicBool {
    static STOP: AtomicBool = AtomicBool::new(false);
    if let Err(error) = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed)) {
        eprintln!("warning: an interruption will leave the emulator running: {error}");
    }
    &STOP
}
