//! The boards that the firmware runs on: `NAME.toml` beside this crate, read by the firmware's build, by the planner and by
//! the commands that start a board.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A board, as its manifest describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// The manifest's file name without its ending.
    #[serde(skip)]
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// The compiler's name of its processor.
    pub triple: String,
    /// The processor, where the compiler's name stands for several: what `-C target-cpu` takes.
    pub cpu: Option<String>,
    /// Clock of the processor and its UART, in hertz.
    pub clock_hz: u32,
    /// Where its memories are.
    pub memory: Memory,
    /// What of them is not for models.
    pub reserve: Reserve,
    /// The serial line of the link.
    pub uart: Uart,
    /// What `bench` counts with.
    pub timer: Timer,
    /// The emulator that runs it.
    pub emulator: Emulator,
}

/// The memories of a board; they do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The program, then the model.
    pub flash: Region,
    /// Where the model lies where that is not behind the program.
    pub model: Option<Region>,
    /// The stack at its lower end, so that it cannot grow into anything, then the variables.
    pub ram: Region,
    /// The arena of the model's maps.
    pub arena: Region,
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The first address.
    pub origin: u32,
    /// Its length.
    pub bytes: u32,
}

/// What of the memories is not for models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// Flash for the program.
    pub program_bytes: u32,
    /// RAM for the stack.
    pub stack_bytes: u32,
}

/// A CMSDK APB UART.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uart {
    /// Address of its registers.
    pub base: u32,
    /// Bits a second.
    pub baud: u32,
}

/// A counter that is read before and after what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// Which registers it has.
    pub kind: TimerKind,
    /// Address of its registers.
    pub base: u32,
    /// Ticks a second.
    pub clock_hz: u32,
}

/// The counters that the firmware knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerKind {
    /// A CMSDK APB timer, which counts down.
    Cmsdk,
    /// The cycle counter among the FPGA's own registers on Arm's MPS boards.
    Fpgaio,
    /// The processor's own cycle counter, in its data watchpoint and trace unit.
    Dwt,
}

/// How QEMU is told to be the board.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emulator {
    /// The argument of `-M`.
    pub machine: String,
}

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
    /// The board `name`.
    ///
    /// # Errors
    /// [`BoardError`].
    pub fn named(name: &str) -> Result<Self, BoardError> {
        let known = names()?;
        if !known.iter().any(|k| k == name) {
            return Err(BoardError::Unknown { found: name.to_owned(), known });
        }
        Self::read(&folder().join(name).with_extension("toml"))
    }

    /// The board of the manifest `path`.
    fn read(path: &Path) -> Result<Self, BoardError> {
        let text = std::fs::read_to_string(path).map_err(|cause| BoardError::Read { path: path.to_owned(), cause })?;
        let board: Self =
            toml::from_str(&text).map_err(|cause| BoardError::Manifest { path: path.to_owned(), cause })?;
        let reserved = [
            (MemoryKind::Flash, board.reserve.program_bytes, board.memory.flash.bytes),
            (MemoryKind::Ram, board.reserve.stack_bytes, board.memory.ram.bytes),
        ];
        for (memory, found, bytes) in reserved {
            if found >= bytes {
                return Err(BoardError::Reserve { path: path.to_owned(), memory, found, bytes });
            }
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, ..board })
    }

    /// Where the model lies: behind the program, or in a memory of its own.
    pub fn model_region(&self) -> Region {
        let Region { origin, bytes } = self.memory.flash;
        let program_bytes = self.reserve.program_bytes;
        self.memory.model.unwrap_or(Region { origin: origin + program_bytes, bytes: bytes - program_bytes })
    }

    /// Bytes of flash for a model.
    pub fn model_bytes(&self) -> u32 {
        self.model_region().bytes
    }

    /// Whether a model of `model_bytes` whose maps need `arena_bytes` runs on the board; `model` names it in the error.
    ///
    /// # Errors
    /// [`DoesNotFit`] for the first memory that is too small.
    pub fn fits(&self, model: &str, model_bytes: usize, arena_bytes: usize) -> Result<(), DoesNotFit> {
        let memories = [
            (MemoryKind::Flash, model_bytes, self.model_bytes()),
            (MemoryKind::Ram, arena_bytes, self.memory.arena.bytes),
        ];
        for (memory, needed, available) in memories {
            let (needed, available) = (needed as u64, u64::from(available));
            if needed > available {
                let (model, board) = (model.to_owned(), self.name.clone());
                return Err(DoesNotFit { model, board, memory, needed, available });
            }
        }
        Ok(())
    }
}

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

/// The folder of the manifests.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_is_a_board() {
        let names = names().unwrap();
        assert_eq!(names, ["qemu-m0", "qemu-m3", "qemu-m33", "qemu-m4", "qemu-m55", "qemu-m7"]);
        for name in names {
            assert_eq!(Board::named(&name).unwrap().name, name);
        }
    }

    #[test]
    fn an_unknown_board_is_refused_with_the_known_ones() {
        let error = Board::named("qemu-m99").unwrap_err().to_string();
        assert!(error.contains("found qemu-m99") && error.contains("qemu-m4, qemu-m55, qemu-m7"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let text = std::fs::read_to_string(folder().join("qemu-m4.toml")).unwrap() + "cores = 2\n";
        let error = toml::from_str::<Board>(&text).unwrap_err().to_string();
        assert!(error.contains("cores"), "{error}");
    }

    #[test]
    fn what_does_not_fit_is_counted_in_bytes() {
        let board = Board::named("qemu-m4").unwrap();
        let (flash, arena) = (board.model_bytes() as usize, board.memory.arena.bytes as usize);
        assert_eq!(board.fits("m", flash, arena), Ok(()));
        let flash_error = board.fits("m", flash + 5, arena).unwrap_err().to_string();
        assert!(flash_error.contains("of flash") && flash_error.ends_with(": 5 bytes missing"), "{flash_error}");
        let ram_error = board.fits("m", flash, arena + 1).unwrap_err().to_string();
        assert!(ram_error.contains("of RAM") && ram_error.ends_with(": 1 bytes missing"), "{ram_error}");
    }
}
