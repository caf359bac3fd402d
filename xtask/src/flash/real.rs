//! `flash` on a real board: probe-rs writes program and model, the trainer talks over the serial port.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use boards::{Board, Real};

use super::demand::Demand;
use super::sizes::Sizes;
use super::steps::{Files, Steps, shell};
use super::table::Table;
use super::{Contents, Fitting, FlashArguments, build, conversation, fit, slot_image};
use crate::error::XtaskError;
use crate::probe::{self, Probe};
use crate::process::{self, Running};
use crate::serial::{self, Bridge};
use crate::{host_program, targets, trainer};

/// Runs the command.
///
/// # Errors
/// [`XtaskError`].
pub fn run(arguments: &FlashArguments, board: &Board, real: &Real) -> Result<ExitCode, XtaskError> {
    let model = arguments.board.model_or_newest()?;
    let files = slot_image::Paths::of(board);
    let mut probe = Probe::of_board(board, arguments.probe.as_deref())?;
    if arguments.dry_run {
        targets::of_board(board)?;
        return dry_run(arguments, board, real, &probe, &model, &files);
    }
    // What is missing is said before the builds, which take minutes the first time.
    let talks_only = arguments.monitor || arguments.update.is_some();
    let port = match &arguments.serial {
        Some(port) if talks_only => port.clone(),
        port => {
            let selector = probe.find()?.to_owned();
            port.clone().map_or_else(|| serial::of_probe(&selector), Ok)?
        }
    };
    let bridge = Bridge::open(&port, board.baud)?;
    let trainer = host_program::build(trainer::PACKAGE)?;
    if talks_only {
        let mut command = match arguments.monitor {
            true => conversation::monitor(&trainer, arguments, &bridge.address()),
            false => conversation::command(&trainer, arguments, board, &model, &bridge.address()),
        };
        return Ok(process::exit_code(conversation::hold(&mut command)?));
    }
    targets::of_board(board)?;
    let Fitting { elf, sizes, demand, files } = fit(arguments, board, &trainer, &model)?;

    let steps = steps(arguments, board, &probe, (&elf, sizes.code()), (&files, demand.model_bytes));
    for step in steps.iter() {
        eprintln!("{}", shell(OsStr::new(probe::PROGRAM), &step.arguments));
        probe.run(&step.arguments)?;
    }
    // Ends with this function; what it cannot show is no reason to end the conversation.
    let mut logs = Command::new(probe::PROGRAM);
    logs.args(probe.attach(&elf)).stdin(Stdio::null());
    let logs = Running::start(&mut logs).map_err(XtaskError::running(probe::PROGRAM, probe::INSTALL))?;
    let status = conversation::hold(&mut conversation::command(&trainer, arguments, board, &model, &bridge.address()))?;
    drop(logs);
    Ok(process::exit_code(status))
}

/// The runs of probe-rs for a program and a model, each with its bytes on the board.
fn steps(
    arguments: &FlashArguments,
    board: &Board,
    probe: &Probe,
    program: (&Path, u64),
    (files, model_bytes): (&slot_image::Paths, u64),
) -> Steps {
    let program = (!arguments.model_only).then_some(program);
    Steps::new(board, probe, &Files { program, model: (&files.image, model_bytes), no_header: &files.no_header })
}

/// Prints what would be run.
fn dry_run(
    arguments: &FlashArguments,
    board: &Board,
    real: &Real,
    probe: &Probe,
    model: &Path,
    files: &slot_image::Paths,
) -> Result<ExitCode, XtaskError> {
    let model_bytes = model.metadata().map_err(|_| XtaskError::NoSuchModel { path: model.to_owned() })?.len();
    let elf = build(board, &Contents::usual())?;
    let sizes = Sizes::of(board, &elf)?;
    let table = Table::new(board, &sizes, model_bytes, None);
    println!("{table}");
    // The arena is not known: a trainer that plans it takes minutes to build.
    Demand { model_bytes, arena_bytes: 0, smallest_arena_bytes: 0, would_fit: Vec::new() }.check(&table)?;
    let steps = steps(arguments, board, probe, (&elf, sizes.code()), (files, model_bytes));
    let trainer = Path::new(trainer::PACKAGE);
    let words =
        |command: &Command| shell(command.get_program(), &command.get_args().map(OsStr::to_owned).collect::<Vec<_>>());
    println!("{}", words(&slot_image::command(trainer, board, model, &files.image, arguments.definitions())));
    print!("{steps}");
    println!("{}", shell(OsStr::new(probe::PROGRAM), &probe.attach(&elf)));
    let port = arguments.serial.as_deref().unwrap_or("the probe's serial port");
    println!("# {port} at {} baud: {} of the board, TX {}, RX {}", board.baud, real.uart, real.tx, real.rx);
    println!("{}", words(&conversation::command(trainer, arguments, board, model, "tcp:127.0.0.1:PORT")));
    Ok(ExitCode::SUCCESS)
}
