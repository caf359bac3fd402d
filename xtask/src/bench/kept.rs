//! The counts that are kept in the repository, a line a layer.

use std::path::{Path, PathBuf};

use super::count::Count;
use crate::error::XtaskError;
use crate::paths;

/// First line of the kept counts.
const TITLE: &str = "board,model,image,layer,kernel,instructions";
/// A count that rose by less than this is no change: the timer's ticks are some dozens of instructions.
const SLACK: u64 = 4000;

/// The file.
pub fn file() -> PathBuf {
    paths::root().join("docs/instruction-counts.csv")
}

/// Writes the counts in place of those of the same board and models.
///
/// # Errors
/// [`XtaskError::KeptFile`].
pub fn save(path: &Path, board: &str, counts: &[Count]) -> Result<(), XtaskError> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let is_replaced = |line: &str| {
        let mut fields = line.split(',');
        fields.next() == Some(board) && fields.next().is_some_and(|model| counts.iter().any(|c| c.model == model))
    };
    let mut lines: Vec<String> = text.lines().skip(1).filter(|line| !is_replaced(line)).map(str::to_owned).collect();
    lines.extend(counts.iter().map(|count| {
        let Count { model, image, layer, kernel, instructions, .. } = count;
        format!("{board},{model},{image},{layer},{kernel},{instructions}")
    }));
    // Boards and models together, their layers in the order of the network.
    let key = |line: &String| line.split(',').take(2).map(str::to_owned).collect::<Vec<_>>();
    lines.sort_by_key(key);
    let text = format!("{TITLE}\n{}\n", lines.join("\n"));
    std::fs::write(path, text).map_err(|source| XtaskError::KeptFile { path: path.to_owned(), source })
}

/// The kept counts of a board and the models of `counts`.
///
/// # Errors
/// [`XtaskError`] when nothing is kept of one of the models.
pub fn read(path: &Path, board: &str, counts: &[Count]) -> Result<Vec<Count>, XtaskError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| XtaskError::KeptFile { path: path.to_owned(), source })?;
    let kept = text.lines().filter_map(|line| {
        let mut fields = line.split(',').map(str::to_owned);
        if fields.next()? != board {
            return None;
        }
        let (model, image, layer, kernel) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        Some(Count { model, image, layer, kernel, instructions: fields.next()?.parse().ok()?, ..Count::default() })
    });
    let kept: Vec<Count> = kept.filter(|kept| counts.iter().any(|count| count.model == kept.model)).collect();
    match counts.iter().find(|count| !kept.iter().any(|kept| kept.model == count.model)) {
        Some(Count { model, .. }) => {
            Err(XtaskError::NothingKept { board: board.into(), model: model.clone(), path: path.to_owned() })
        }
        None => Ok(kept),
    }
}

/// Every count beside the kept one of the same layer and kernel, or beside the fastest kernel where this one is new; a layer that is
/// new has none.
///
/// # Errors
/// [`XtaskError::Slower`] for the first layer that rose.
pub fn check(counts: &[Count], kept: &[Count]) -> Result<(), XtaskError> {
    for count in counts {
        let same_layer =
            |other: &&Count| (&other.model, &other.image, &other.layer) == (&count.model, &count.image, &count.layer);
        let same_kernel = kept.iter().filter(same_layer).find(|other| other.kernel == count.kernel);
        let fastest = || kept.iter().filter(same_layer).min_by_key(|other| other.instructions);
        let Some(before) = same_kernel.or_else(fastest) else { continue };
        if count.instructions > before.instructions + (before.instructions / 50).max(SLACK) {
            let Count { model, layer, image, .. } = count.clone();
            return Err(XtaskError::Slower {
                model,
                layer,
                image,
                found: count.instructions,
                kept: before.instructions,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(layer: &str, kernel: &str, instructions: u64) -> Count {
        let [model, image, layer, kernel] = ["m", "noise", layer, kernel].map(str::to_owned);
        Count { model, image, layer, kernel, instructions, ..Count::default() }
    }

    #[test]
    fn a_count_that_rose_by_more_than_two_percent_is_named() {
        let kept = [count("conv1", "Winograd", 1_000_000), count("rest", "", 100)];
        assert!(check(&[count("conv1", "Winograd", 1_020_000), count("rest", "", 4000)], &kept).is_ok());
        let error = check(&[count("rest", "", 100), count("conv1", "Winograd", 1_020_001)], &kept).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("conv1") && error.contains("1020001") && error.contains("1000000"), "{error}");
    }

    #[test]
    fn a_kernel_that_is_new_is_held_against_the_fastest() {
        let kept = [count("conv1", "Definition", 9_000_000), count("conv1", "Winograd", 1_000_000)];
        assert!(check(&[count("conv1", "Other", 900_000)], &kept).is_ok());
        assert!(check(&[count("conv1", "Other", 2_000_000)], &kept).is_err());
        assert!(check(&[count("conv1", "Definition", 9_000_000)], &kept).is_ok());
    }

    #[test]
    fn what_is_saved_is_read_again_and_replaces_its_own() {
        let path = std::env::temp_dir().join(format!("kept-{}.csv", std::process::id()));
        save(&path, "b", &[count("conv1", "Winograd", 7)]).unwrap();
        save(&path, "a", &[count("conv1", "Winograd", 8)]).unwrap();
        let newer = [count("conv1", "Winograd", 6), count("rest", "", 1)];
        save(&path, "b", &newer).unwrap();
        assert_eq!(read(&path, "b", &newer).unwrap(), newer);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 4);
        assert!(matches!(read(&path, "c", &newer), Err(XtaskError::NothingKept { .. })));
        std::fs::remove_file(path).unwrap();
    }
}
