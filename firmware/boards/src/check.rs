//! What a manifest must keep to, beyond its keys.

use std::path::Path;

use crate::memory::{Memory, ModelRegion};
use crate::{Board, BoardError, Chip, Kind, MemoryKind};

/// What the arena's and the model's addresses are multiples of.
const ALIGNMENT: u32 = 16;

/// Checks a board.
///
/// # Errors
/// [`BoardError`] for the first thing that is wrong.
pub fn board(path: &Path, board: &Board) -> Result<(), BoardError> {
    regions(path, &board.memory)?;
    slots(path, &board.memory.model)?;
    aligned(path, "memory.arena.origin", board.memory.arena.origin, ALIGNMENT)?;
    let (found, bytes) = (board.reserve.stack_bytes, board.memory.ram.bytes);
    if found >= bytes {
        return Err(BoardError::Reserve { path: path.to_owned(), memory: MemoryKind::Ram, found, bytes });
    }
    chip(path, board)
}

fn regions(path: &Path, memory: &Memory) -> Result<(), BoardError> {
    let regions =
        [("flash", memory.flash), ("model", memory.model.region()), ("ram", memory.ram), ("arena", memory.arena)];
    for (i, (name, region)) in regions.iter().enumerate() {
        if region.end() > u64::from(u32::MAX) + 1 {
            return Err(BoardError::RegionEnd { path: path.to_owned(), memory: name, end: region.end() });
        }
        let others = regions.iter().skip(i + 1);
        if let Some((other, _)) = others.clone().find(|(_, other)| region.overlaps(other)) {
            return Err(BoardError::Overlap { path: path.to_owned(), first: name, second: other });
        }
    }
    Ok(())
}

fn slots(path: &Path, model: &ModelRegion) -> Result<(), BoardError> {
    if !(1..=2).contains(&model.slots) {
        return Err(BoardError::Slots { path: path.to_owned(), found: model.slots });
    }
    aligned(path, "memory.model.erase_bytes", model.erase_bytes, ALIGNMENT)?;
    if !model.origin.is_multiple_of(model.erase_bytes) {
        let (what, unit) = ("memory.model.origin", model.erase_bytes);
        return Err(BoardError::Alignment { path: path.to_owned(), what, found: model.origin, unit });
    }
    aligned(path, "memory.model.bytes", model.bytes, model.slots.saturating_mul(model.erase_bytes))
}

/// Whether a number that is not 0 is a multiple of `unit`.
fn aligned(path: &Path, what: &'static str, found: u32, unit: u32) -> Result<(), BoardError> {
    if found == 0 || !found.is_multiple_of(unit) {
        return Err(BoardError::Alignment { path: path.to_owned(), what, found, unit });
    }
    Ok(())
}

fn chip(path: &Path, board: &Board) -> Result<(), BoardError> {
    let wrong = |expected| BoardError::Chip { path: path.to_owned(), found: board.chip, expected };
    let real = match (&board.kind, board.chip) {
        (Kind::Emulated(_), Chip::Mps) => return Ok(()),
        (Kind::Emulated(_), _) => return Err(wrong("mps, since the board has an [emulator]")),
        (Kind::Real(_), Chip::Mps) => return Err(wrong("another, since the board has a [probe]")),
        (Kind::Real(real), _) => real,
    };
    for (key, found) in [("uart.tx", &real.tx), ("uart.rx", &real.rx), ("pins.alarm.name", &real.alarm.name)] {
        if board.chip.pin_identifier(found).is_none() {
            return Err(BoardError::Pin { path: path.to_owned(), key, found: found.clone(), chip: board.chip });
        }
    }
    Ok(())
}
