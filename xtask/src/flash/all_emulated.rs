//! `flash --board all-emulated`: every emulated board in turn, and one table at the end.

use std::fmt;
use std::process::ExitCode;

use super::{FlashArguments, emulated};
use crate::error::XtaskError;

/// A board's line of the table.
struct Line {
    board: String,
    is_equal: bool,
    arena_bytes: u64,
    code_bytes: u64,
    model_bytes: u64,
    /// Instructions of one image, where the device tells.
    instructions: Option<u64>,
    /// The most bytes of stack that were used, where the device tells.
    stack_bytes: Option<u64>,
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`] of the first board that could not be run. A comparison that fails is a line of the table, and the exit
/// code 1.
pub fn run(arguments: &FlashArguments) -> Result<ExitCode, XtaskError> {
    let model = arguments.board.model_or_newest()?;
    let mut lines = Vec::new();
    for board in boards::all()?.iter().filter(|board| board.is_emulated()) {
        println!("== {}", board.name);
        let outcome = emulated::outcome(arguments, board, &model)?;
        lines.push(Line {
            board: board.name.clone(),
            is_equal: outcome.status.success(),
            arena_bytes: outcome.demand.arena_bytes,
            code_bytes: outcome.sizes.code(),
            model_bytes: outcome.demand.model_bytes,
            instructions: outcome.report.map(|report| report.instructions()),
            stack_bytes: outcome.report.map(|report| report.stack_used),
        });
    }
    print!("\n{}", Summary(&lines));
    Ok(if lines.iter().all(|line| line.is_equal) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The table.
struct Summary<'a>(&'a [Line]);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["board", "bits", "arena", "code", "model", "instructions", "stack"];
        let [board, bits, arena, code, model, instructions, stack] = heads;
        writeln!(f, "{board:<12} {bits:<7} {arena:>9} {code:>9} {model:>9} {instructions:>13} {stack:>9}")?;
        let known = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        for line in self.0 {
            writeln!(
                f,
                "{:<12} {:<7} {:>9} {:>9} {:>9} {:>13} {:>9}",
                line.board,
                if line.is_equal { "equal" } else { "DIFFER" },
                line.arena_bytes,
                line.code_bytes,
                line.model_bytes,
                known(line.instructions),
                known(line.stack_bytes),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_numbers_are_dashes_and_differences_are_loud() {
        let line = |board: &str, is_equal, instructions| Line {
            board: board.to_owned(),
            is_equal,
            arena_bytes: 1000,
            code_bytes: 2000,
            model_bytes: 3000,
            instructions,
            stack_bytes: None,
        };
        let text = Summary(&[line("qemu-m4", true, Some(5_000_000)), line("qemu-m55", false, None)]).to_string();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["board", "bits", "arena", "code", "model", "instructions", "stack"]);
        assert_eq!(lines[1], ["qemu-m4", "equal", "1000", "2000", "3000", "5000000", "-"]);
        assert_eq!(lines[2], ["qemu-m55", "DIFFER", "1000", "2000", "3000", "-", "-"]);
    }
}
