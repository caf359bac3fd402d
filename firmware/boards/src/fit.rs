//! Whether a model fits a board.

use std::fmt;

use crate::Board;
use crate::memory::SLOT_HEADER_BYTES;

/// A memory that can be too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryKind {
    /// Holds program and model.
    Flash,
    /// Holds stack, variables and arena.
    Ram,
}

impl fmt::Display for MemoryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flash => "flash",
            Self::Ram => "RAM",
        })
    }
}

/// A model is too big for a board.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "model {model} needs {needed} bytes of {memory}, board {board} has {available}: {} bytes missing",
    needed - available
)]
pub struct DoesNotFit {
    /// The model, as the user knows it.
    pub model: String,
    /// The board's name.
    pub board: String,
    /// Which memory is too small.
    pub memory: MemoryKind,
    /// Bytes that the model needs.
    pub needed: u64,
    /// Bytes that the board has for models.
    pub available: u64,
}

impl Board {
    /// Bytes of flash for a model: a slot without its header.
    pub fn model_bytes(&self) -> u32 {
        self.memory.model.slot_bytes().saturating_sub(SLOT_HEADER_BYTES)
    }

    /// Whether a model of `model_bytes` whose maps need `arena_bytes` runs on the board; `model` names it in the error.
    ///
    /// # Errors
    /// [`DoesNotFit`] for the first memory that is too small.
    pub fn fits(&self, model: &str, model_bytes: usize, arena_bytes: usize) -> Result<(), DoesNotFit> {
        self.room(model, MemoryKind::Flash, model_bytes, self.model_bytes())?;
        self.room(model, MemoryKind::Ram, arena_bytes, self.memory.arena.bytes)
    }

    /// Whether models that a measuring program is linked with fit: they have all slots, and no headers.
    ///
    /// # Errors
    /// [`DoesNotFit`] for the first memory that is too small.
    pub fn fits_linked(&self, models: &str, model_bytes: usize, arena_bytes: usize) -> Result<(), DoesNotFit> {
        self.room(models, MemoryKind::Flash, model_bytes, self.memory.model.bytes)?;
        self.room(models, MemoryKind::Ram, arena_bytes, self.memory.arena.bytes)
    }

    fn room(&self, model: &str, memory: MemoryKind, needed: usize, available: u32) -> Result<(), DoesNotFit> {
        let (needed, available) = (needed as u64, u64::from(available));
        if needed <= available {
            return Ok(());
        }
        Err(DoesNotFit { model: model.to_owned(), board: self.name.clone(), memory, needed, available })
    }
}
