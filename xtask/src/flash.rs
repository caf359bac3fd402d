//! `flash`: builds the firmware with a model, starts the board, and has the trainer talk to it and compare.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use boards::Board;

use crate::emulator::{self, Emulator};
use crate::error::XtaskError;
use crate::process::{self, Running};
use crate::{host_program, paths, targets, trainer};

/// The package and program that prints a device's logs.
const LOG_READER: &str = "log-reader";

/// Build the firmware, run a model on a board, and compare every layer and every result with the host, bit for bit.
///
/// Example: cargo xtask flash --board qemu-m7 --image lung.png
#[derive(clap::Args)]
pub struct FlashArguments {
    /// The board
    #[arg(long, default_value = "qemu-m4")]
    board: String,
    /// The model; by default the one in runs/ that was written last
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The run folder whose model.sbk to take
    #[arg(long, value_name = "DIR", conflicts_with = "model")]
    run: Option<PathBuf>,
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
    let board = Board::named(&arguments.board)?;
    let model = model(arguments.model.as_deref(), arguments.run.as_deref())?;
    // Before the builds, which take minutes the first time.
    emulator::version()?;
    let toolchain = targets::of_board(&board)?;
    let trainer = host_program::build(trainer::PACKAGE)?;
    let log_reader = host_program::build(LOG_READER)?;
    let elf = build_firmware(&toolchain, &board, &model, "firmware")?;

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

/// The model's path, from the root of the file system.
pub fn model(model: Option<&Path>, run: Option<&Path>) -> Result<PathBuf, XtaskError> {
    let given = model.map(Path::to_owned).or_else(|| run.map(|run| run.join("model.sbk")));
    let path = given.or_else(paths::newest_model).ok_or(XtaskError::NoModel)?;
    path.canonicalize().map_err(|_| XtaskError::NoSuchModel { path })
}

/// Builds one of the firmware's programs and gives its path.
pub fn build_firmware(
    toolchain: &targets::Toolchain,
    board: &Board,
    model: &Path,
    program: &str,
) -> Result<PathBuf, XtaskError> {
    let failed = || XtaskError::Build { what: format!("the firmware for {}", board.name) };
    let mut build = toolchain.cargo("build");
    build.args(["--release", "--bin", program, "--message-format", "json-render-diagnostics", "--target-dir"]);
    build.arg(paths::target_folder().join("firmware"));
    build.current_dir(paths::root().join("firmware"));
    build.env("SWITCHBACK_BOARD", &board.name).env("SWITCHBACK_MODEL", model);
    let output = build
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(XtaskError::running("cargo", "https://rustup.rs installs it"))?;
    if !output.status.success() {
        return Err(failed());
    }
    // One JSON object a line; the one about the program has its path.
    let messages = output.stdout.split(|&byte| byte == b'\n');
    let mut programs = messages.filter_map(|line| {
        let message: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    programs.next_back().ok_or_else(failed)
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
