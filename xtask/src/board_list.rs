//! `boards`: what there is to flash, from the manifests.

use std::fmt;

use boards::{Active, Board, Kind};

use crate::error::XtaskError;

/// Prints all boards.
///
/// # Errors
/// [`XtaskError::Board`] when a manifest is wrong.
pub fn run() -> Result<(), XtaskError> {
    print!("{}", List(&boards::all()?));
    Ok(())
}

/// A line a board, and for real ones a line about its pins.
struct List<'a>(&'a [Board]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<14} {:>10} {:>10}  what", "board", "model", "arena")?;
        for board in self.0 {
            let (model, arena) = (board.model_bytes(), board.memory.arena.bytes);
            writeln!(f, "{:<14} {model:>10} {arena:>10}  {}", board.name, board.description)?;
            if let Kind::Real(real) = &board.kind {
                let level = match real.alarm.active {
                    Active::High => "high",
                    Active::Low => "low",
                };
                let (tx, rx, uart, alarm) = (&real.tx, &real.rx, &real.uart, &real.alarm.name);
                let line = format!("TX {tx}, RX {rx} ({uart}, {} baud), alarm {alarm} ({level} is on)", board.baud);
                writeln!(f, "{:<14} {:>10} {:>10}  {line}", "", "", "")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_board_has_its_numbers_and_real_ones_their_pins() {
        let boards = boards::all().unwrap();
        let text = List(&boards).to_string();
        for board in &boards {
            let of_board = |line: &&str| line.split_whitespace().next() == Some(&board.name);
            let line = text.lines().find(of_board).unwrap();
            assert!(line.contains(&board.model_bytes().to_string()), "{line}");
        }
        assert!(text.contains("TX P0.06, RX P0.08 (UARTE0, 115200 baud), alarm P0.13 (low is on)"), "{text}");
    }
}
