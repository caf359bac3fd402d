//! What a board's layers give beside what their definitions give on the host, tap by tap.

use std::path::Path;

use boards::Board;
use serde_json::Value;

use crate::error::XtaskError;

/// Compares every tap that the measuring program printed with the checksums beside the model, and gives their number.
///
/// # Errors
/// [`XtaskError::Tap`] for the first one that differs or is missing on one side.
pub fn compare(board: &Board, model: &Path, printed: &str) -> Result<usize, XtaskError> {
    let path = model.with_extension("checksums");
    let text = std::fs::read_to_string(&path).map_err(|source| XtaskError::ChecksumFile { path, source })?;
    let expected: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    let found = printed_taps(printed);
    let of = |taps: &[(&str, &str)], name: &str| {
        let tap = taps.iter().find(|(tap, _)| *tap == name);
        tap.map_or_else(|| "none".to_owned(), |(_, checksum)| (*checksum).to_owned())
    };
    let found: Vec<(&str, &str)> = found.iter().map(|(tap, checksum)| (&**tap, &**checksum)).collect();
    for (tap, _) in expected.iter().chain(&found) {
        let (found, expected) = (of(&found, tap), of(&expected, tap));
        if found != expected {
            return Err(XtaskError::Tap { board: board.name.clone(), tap: (*tap).to_owned(), found, expected });
        }
    }
    // Nothing on both sides is no comparison.
    match expected.len() {
        0 => Err(XtaskError::Counts { board: board.name.clone(), line: String::new() }),
        taps => Ok(taps),
    }
}

/// Name and checksum of every tap among the lines of the program.
fn printed_taps(printed: &str) -> Vec<(String, String)> {
    let lines = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let text = |line: &Value, key: &str| Some(line.get(key)?.as_str()?.to_owned());
    lines.filter_map(|line| Some((text(&line, "tap")?, text(&line, "checksum")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tap_that_differs_is_named() {
        let board = Board::named("qemu-m7").unwrap();
        let model = std::env::temp_dir().join(format!("taps-{}.sbk", std::process::id()));
        std::fs::write(model.with_extension("checksums"), "conv1 00000001\nconv2 00000002\n").unwrap();
        let line = |tap: &str, checksum: &str| format!("{{\"tap\":\"{tap}\",\"checksum\":\"{checksum}\"}}\n");
        let same = line("conv1", "00000001") + &line("conv2", "00000002");
        assert_eq!(compare(&board, &model, &same).unwrap(), 2);
        for other in [
            line("conv1", "00000001") + &line("conv2", "00000003"),
            line("conv1", "00000001"),
            line("conv2", "00000004") + &same,
        ] {
            let error = compare(&board, &model, &other).unwrap_err().to_string();
            assert!(error.starts_with("conv2 on qemu-m7"), "{error}");
        }
        std::fs::remove_file(model.with_extension("checksums")).unwrap();
    }
}
