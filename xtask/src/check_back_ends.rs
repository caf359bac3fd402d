//! `check-back-ends`: the property tests of the core's back end, on the emulated boards, and field updates whose power goes away.

use std::slice;

use boards::Board;

use crate::bench::Models;
use crate::error::XtaskError;
use crate::firmware::Program;
use crate::{emulator, firmware, paths};

/// The program, and the firmware's feature that it needs.
const PROGRAM: &str = "checks";

/// Boards that have a back end each.
const BOARDS: [&str; 4] = ["qemu-m0", "qemu-m3", "qemu-m4", "qemu-m55"];

/// Runs the command for the boards `names`, or one of each back end where it names none.
///
/// # Errors
/// [`XtaskError`] when the program cannot be built or run, or a function does not give what the portable one gives.
pub fn run(names: Vec<String>) -> Result<(), XtaskError> {
    // A program is linked with a model; any will do.
    let models = Models::networks()?.paths;
    let models = models.first().map(slice::from_ref).unwrap_or_default();
    let names = if names.is_empty() { BOARDS.map(str::to_owned).to_vec() } else { names };
    for name in names {
        let board = Board::named(&name)?;
        emulator::machine(&board)?;
        let program = Program {
            name: PROGRAM,
            feature: Some(PROGRAM),
            board: &board,
            models,
            arena_bytes: None,
            kernels: None,
            small: false,
            still: None,
        };
        let elf = firmware::build(paths::root(), &firmware::target_folder(), &program)?;
        let done = emulator::count(&board, &elf, None).map_err(|error| match error {
            XtaskError::EmulatorEnded { said, .. } => XtaskError::BackEnd { board: name.clone(), said },
            other => other,
        })?;
        let (updates, functions): (Vec<&str>, Vec<&str>) =
            done.lines().partition(|line| line.starts_with("field updates"));
        println!("{name}: {} functions of its back end give what the portable ones give", functions.len());
        for line in updates {
            println!("{name}: {line}; the old or the new model was current and whole after each");
        }
    }
    Ok(())
}
