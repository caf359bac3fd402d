//! `lint-boards`: clippy, warnings as errors, for the targets of all boards, and the core for one without atomic swap.

use std::path::Path;
use std::process::Command;

use boards::Board;

use crate::error::XtaskError;
use crate::targets::Toolchain;
use crate::{paths, targets};

/// The smallest target that the core must build for: no DSP instructions, no atomic swap.
const SMALLEST_TARGET: &str = "thumbv6m-none-eabi";

/// Runs the command for the boards `names`, or all of them where it names none; those of one processor and chip share a run.
///
/// # Errors
/// [`XtaskError`] when a target cannot be built for, or clippy finds something.
pub fn run(model: &Path, names: Vec<String>) -> Result<(), XtaskError> {
    let core = paths::root().join("core");
    let programs = paths::root().join("firmware");
    clippy(&targets::toolchain(&[SMALLEST_TARGET.to_owned()])?, SMALLEST_TARGET, &core, None)?;
    minimal_example(model)?;
    let (mut processors, mut linted) = (Vec::new(), Vec::new());
    let names = if names.is_empty() { boards::names()? } else { names };
    for name in names {
        let board = Board::named(&name)?;
        let toolchain = targets::of_board(&board)?;
        let processor = (board.triple.clone(), board.cpu.clone());
        if !processors.contains(&processor) {
            clippy(&toolchain, &name, &core, None)?;
            clippy(&toolchain, &name, &programs.join("no-panic"), None)?;
        }
        let program = (processor.clone(), board.chip);
        if !linted.contains(&program) {
            clippy(&toolchain, &name, &programs, Some((&board, model)))?;
        }
        processors.push(processor);
        linted.push(program);
    }
    Ok(())
}

/// Lints the smallest program for the targets of all boards, one of which is a user's.
fn minimal_example(model: &Path) -> Result<(), XtaskError> {
    let mut command = targets::toolchain(&targets::triples()?)?.cargo("clippy");
    command.env("MODEL", model);
    run_clippy(&mut command, "all targets", &paths::root().join("firmware/examples/minimal"))
}

fn clippy(
    toolchain: &Toolchain,
    name: &str,
    package: &Path,
    linked: Option<(&Board, &Path)>,
) -> Result<(), XtaskError> {
    let mut command = toolchain.cargo("clippy");
    if let Some((board, model)) = linked {
        command
            .args(["--no-default-features", "--features", board.chip.feature()])
            .env("SWITCHBACK_BOARD", &board.name);
        // The programs that measure and check are linked with models, and run in the emulator alone.
        if board.is_emulated() {
            command.args(["--features", "checks"]).env("SWITCHBACK_MODEL", model);
        }
    }
    run_clippy(&mut command, name, package)
}

fn run_clippy(command: &mut Command, name: &str, package: &Path) -> Result<(), XtaskError> {
    command.arg("--target-dir").arg(paths::target_folder().join("lint")).current_dir(package);
    command.args(["--", "-D", "warnings"]);
    let what = || format!("{} for {name}", package.display());
    let status = command.status().map_err(XtaskError::running("cargo", "rustup component add clippy"))?;
    if status.success() { Ok(()) } else { Err(XtaskError::Build { what: what() }) }
}
