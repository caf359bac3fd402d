//! `flash --board all-emulated`: every emulated board in turn, and one table at the end.

use std::fmt;
use std::process::ExitCode;

use boards::Board;

use super::emulated::Outcome;
use super::{FlashArguments, emulated};
use crate::error::XtaskError;

/// A board's line of the table.
struct Line {
    board: String,
    /// Whether all of its results are the host's; else the messages above the table say what is wrong.
    is_equal: bool,
    arena_bytes: Option<u64>,
    code_bytes: Option<u64>,
    model_bytes: Option<u64>,
    /// Instructions of one image, where the device tells.
    instructions: Option<u64>,
    /// The most bytes of stack that were used, where the device tells.
    stack_bytes: Option<u64>,
}

impl Line {
    fn new(board: &Board, outcome: &Outcome) -> Self {
        Self {
            board: board.name.clone(),
            is_equal: outcome.status.success(),
            arena_bytes: Some(outcome.demand.arena_bytes),
            code_bytes: Some(outcome.sizes.code()),
            model_bytes: Some(outcome.demand.model_bytes),
            instructions: outcome.report.map(|report| report.instructions()),
            stack_bytes: outcome.report.map(|report| report.stack_used),
        }
    }

    fn failed(board: &Board) -> Self {
        Self {
            board: board.name.clone(),
            is_equal: false,
            arena_bytes: None,
            code_bytes: None,
            model_bytes: None,
            instructions: None,
            stack_bytes: None,
        }
    }
}

/// Runs the command. A board that cannot be run and a comparison that fails are lines of the table, and the exit code 1.
///
/// # Errors
/// [`XtaskError`] when there is no model, or a person or another program asks to stop.
pub fn run(arguments: &FlashArguments) -> Result<ExitCode, XtaskError> {
    let model = arguments.board.model_or_newest()?;
    let mut lines = Vec::new();
    for board in boards::all()?.iter().filter(|board| board.is_emulated()) {
        println!("== {}", board.name);
        lines.push(match emulated::outcome(arguments, board, &model) {
            Ok(outcome) => Line::new(board, &outcome),
            Err(XtaskError::Interrupted) => return Err(XtaskError::Interrupted),
            Err(error) => {
                error.print();
                Line::failed(board)
            }
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
                if line.is_equal { "equal" } else { "FAILED" },
                known(line.arena_bytes),
                known(line.code_bytes),
                known(line.model_bytes),
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
    fn unknown_numbers_are_dashes_and_failures_are_loud() {
        let board = Board::named("qemu-m4").unwrap();
        let line = |is_equal, instructions| Line {
            is_equal,
            arena_bytes: Some(1000),
            code_bytes: Some(2000),
            model_bytes: Some(3000),
            instructions,
            ..Line::failed(&board)
        };
        let lines = [line(true, Some(5_000_000)), line(false, None), Line::failed(&board)];
        let text = Summary(&lines).to_string();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["board", "bits", "arena", "code", "model", "instructions", "stack"]);
        assert_eq!(lines[1], ["qemu-m4", "equal", "1000", "2000", "3000", "5000000", "-"]);
        assert_eq!(lines[2], ["qemu-m4", "FAILED", "1000", "2000", "3000", "-", "-"]);
        assert_eq!(lines[3], ["qemu-m4", "FAILED", "-", "-", "-", "-", "-"]);
    }
}
