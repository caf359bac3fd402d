//! What a board's layers give beside what their definitions give on the host, tap by tap.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use boards::Board;
use serde_json::Value;

use crate::error::XtaskError;

/// Checksums by model and tap.
type Taps = BTreeMap<(String, String), String>;

/// Compares every tap that the measuring program printed with those of the same models in the file `kept`
/// (`model,tap,checksum`), and gives their number.
///
/// # Errors
/// [`XtaskError::Tap`] for the first one that differs or is missing on one side.
pub fn compare(board: &Board, kept: &Path, printed: &str) -> Result<usize, XtaskError> {
    let text =
        std::fs::read_to_string(kept).map_err(|source| XtaskError::ChecksumFile { path: kept.to_owned(), source })?;
    let (models, found) = printed_taps(printed);
    let expected: Taps = kept_taps(&text).filter(|((model, _), _)| models.contains(model)).collect();
    let names: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    for name in &names {
        let of = |taps: &Taps| taps.get(*name).map_or_else(|| "none".to_owned(), Clone::clone);
        let (found, expected) = (of(&found), of(&expected));
        if found != expected {
            let (model, tap) = name;
            return Err(XtaskError::Tap { board: board.name.clone(), tap: format!("{model}, {tap}"), found, expected });
        }
    }
    // Nothing on both sides is no comparison.
    match names.len() {
        0 => Err(XtaskError::Counts { board: board.name.clone(), line: String::new() }),
        taps => Ok(taps),
    }
}

fn kept_taps(text: &str) -> impl Iterator<Item = ((String, String), String)> {
    text.lines().filter_map(|line| {
        let (model, rest) = line.split_once(',')?;
        let (tap, checksum) = rest.split_once(',')?;
        Some(((model.to_owned(), tap.to_owned()), checksum.to_owned()))
    })
}

/// The models among the lines of the program, and their taps.
fn printed_taps(printed: &str) -> (BTreeSet<String>, Taps) {
    let (mut models, mut taps, mut model) = (BTreeSet::new(), Taps::new(), String::new());
    for line in printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let text = |key| Some(line.get(key)?.as_str()?.to_owned());
        if let Some(name) = text("model") {
            models.insert(name.clone());
            model = name;
        }
        if let (Some(tap), Some(checksum)) = (text("tap"), text("checksum")) {
            taps.insert((model.clone(), tap), checksum);
        }
    }
    (models, taps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tap_that_differs_is_named() {
        let board = Board::named("qemu-m7").unwrap();
        let kept = std::env::temp_dir().join(format!("taps-{}.csv", std::process::id()));
        std::fs::write(&kept, "model,tap,checksum\nb,conv1,00000009\na,conv1,00000001\na,conv2,00000002\n").unwrap();
        let model = "{\"board\":\"qemu-m7\",\"model\":\"a\"}\n".to_owned();
        let line = |tap: &str, checksum: &str| format!("{{\"tap\":\"{tap}\",\"checksum\":\"{checksum}\"}}\n");
        let same = model.clone() + &line("conv1", "00000001") + &line("conv2", "00000002");
        assert_eq!(compare(&board, &kept, &same).unwrap(), 2);
        for other in [
            model.clone() + &line("conv1", "00000001") + &line("conv2", "00000003"),
            model.clone() + &line("conv1", "00000001"),
            same + &line("conv3", "00000004"),
        ] {
            let error = compare(&board, &kept, &other).unwrap_err().to_string();
            assert!(error.starts_with("a, conv"), "{error}");
        }
        assert!(compare(&board, &kept, "").is_err());
        std::fs::remove_file(kept).unwrap();
    }
}
