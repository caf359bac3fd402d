//! The boards that the firmware runs on: `NAME.toml` beside this crate, read by the firmware's build, by the planner and by
//! the commands that start a board.
#![forbid(unsafe_code)]

mod check;
mod chip;
mod error;
mod fit;
mod manifest;
mod memory;

use std::path::Path;

pub use chip::Chip;
pub use error::BoardError;
pub use fit::{DoesNotFit, MemoryKind};
pub use manifest::{Active, Board, Emulated, Kind, Pin, Real, Timer, TimerKind};
pub use memory::{Memory, ModelRegion, Region, Reserve, SLOT_HEADER_BYTES};

/// The names of all boards, sorted.
///
/// # Errors
/// [`BoardError::Read`] when the folder of manifests is missing.
pub fn names() -> Result<Vec<String>, BoardError> {
    let unreadable = |cause| BoardError::Read { path: folder().to_owned(), cause };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder()).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_manifest = path.extension().is_some_and(|e| e == "toml") && !path.ends_with("Cargo.toml");
        if let Some(stem) = path.file_stem().filter(|_| is_manifest) {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// All boards, sorted by their names.
///
/// # Errors
/// [`BoardError`] of the first manifest that is wrong.
pub fn all() -> Result<Vec<Board>, BoardError> {
    names()?.iter().map(|name| Board::named(name)).collect()
}

/// The folder of the manifests.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(test)]
mod tests;
