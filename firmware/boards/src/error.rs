//! Why there is no such board.

use std::path::PathBuf;

use crate::{Chip, MemoryKind};

/// Why there is no such board.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// No manifest of this name.
    #[error("board: found {found}, expected one of {}", known.join(", "))]
    Unknown {
        /// The name asked for.
        found: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The manifest cannot be read.
    #[error("read {}: {cause}", path.display())]
    Read {
        /// The manifest, or the folder of all.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The manifest is not one.
    #[error("board manifest {}: {cause}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        cause: toml::de::Error,
    },
    /// It is not clear how programs come onto the board.
    #[error("board manifest {}: found {found} of [emulator] and [probe], expected one of them", path.display())]
    Kind {
        /// The manifest.
        path: PathBuf,
        /// `both` or `none`.
        found: &'static str,
    },
    /// A key that boards of this kind need is missing.
    #[error("board manifest {}: found no {key}, expected it beside {which}", path.display())]
    MissingKey {
        /// The manifest.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What makes it of this kind.
        which: &'static str,
    },
    /// A key that only boards of the other kind have.
    #[error("board manifest {}: found {key}, expected none beside {which}", path.display())]
    OtherKind {
        /// The manifest.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What makes it of this kind.
        which: &'static str,
    },
    /// An emulated board with a real chip, or a real board without one.
    #[error("board manifest {}: found chip {found}, expected {expected}", path.display())]
    Chip {
        /// The manifest.
        path: PathBuf,
        /// The chip.
        found: Chip,
        /// What the board's kind asks for.
        expected: &'static str,
    },
    /// The chip has no such pin.
    #[error("board manifest {}: found {key} {found}, expected a pin of {chip}, for example {}", path.display(), chip.example_pin())]
    Pin {
        /// The manifest.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
        /// The chip.
        chip: Chip,
    },
    /// A memory ends behind the last address.
    #[error("board manifest {}: found memory.{memory} up to {end:#x}, expected at most 32 bits", path.display())]
    RegionEnd {
        /// The manifest.
        path: PathBuf,
        /// Which memory.
        memory: &'static str,
        /// Its end.
        end: u64,
    },
    /// Two memories have an address in common.
    #[error("board manifest {}: found memory.{first} and memory.{second} at the same addresses, expected them apart", path.display())]
    Overlap {
        /// The manifest.
        path: PathBuf,
        /// One memory.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// The model's memory is not 1 or 2 slots.
    #[error("board manifest {}: found memory.model.slots {found}, expected 1 or 2", path.display())]
    Slots {
        /// The manifest.
        path: PathBuf,
        /// How many slots.
        found: u32,
    },
    /// A length or address in the model's memory that erasing does not allow.
    #[error("board manifest {}: found {what} {found:#x}, expected a multiple of {unit:#x} that is not 0", path.display())]
    Alignment {
        /// The manifest.
        path: PathBuf,
        /// Which number.
        what: &'static str,
        /// Its value.
        found: u32,
        /// What it must be a multiple of.
        unit: u32,
    },
    /// More is reserved than there is.
    #[error("board manifest {}: found {found} bytes reserved of {bytes} bytes of {memory}, expected less", path.display())]
    Reserve {
        /// The manifest.
        path: PathBuf,
        /// Which memory.
        memory: MemoryKind,
        /// Bytes reserved.
        found: u32,
        /// Bytes there are.
        bytes: u32,
    },
}
