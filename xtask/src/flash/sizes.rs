//! What a program takes of a board's memories, from its ELF file.

use std::path::Path;

use boards::{Board, Region};
use object::elf::FileHeader32;
use object::read::elf::ElfFile;
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionFlags};

use crate::error::XtaskError;

/// Bytes of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Instructions.
    pub text: u64,
    /// Constants, and what stands before the instructions: the vector table, boot blocks.
    pub rodata: u64,
    /// Variables' first values, which are kept in flash.
    pub data: u64,
    /// Variables, those of `data` included.
    pub variables: u64,
    /// The linked models; 0 where it takes its model from a slot.
    pub linked_models: u64,
    /// The arena that it reserves.
    pub arena: u64,
}

impl Sizes {
    /// Bytes of flash for the program without models.
    pub fn code(&self) -> u64 {
        self.text + self.rodata + self.data
    }

    /// Of the program `elf` for `board`.
    ///
    /// # Errors
    /// [`XtaskError::Elf`].
    pub fn of(board: &Board, elf: &Path) -> Result<Self, XtaskError> {
        let wrong = |cause: String| XtaskError::Elf { path: elf.to_owned(), cause };
        let bytes = std::fs::read(elf).map_err(|error| wrong(error.to_string()))?;
        let file = ElfFile::<FileHeader32<Endianness>>::parse(&*bytes).map_err(|error| wrong(error.to_string()))?;
        let memory = board.memory;
        let mut sizes = Self::default();
        for section in file.sections() {
            if !is_loaded(section.flags()) {
                continue;
            }
            let (name, at, length) = (section.name().unwrap_or_default(), section.address(), section.size());
            if is_in(memory.flash, at) {
                match name {
                    ".text" => sizes.text += length,
                    _ => sizes.rodata += length,
                }
            } else if is_in(memory.model.region(), at) {
                sizes.linked_models += length;
            } else if is_in(memory.ram, at) {
                sizes.variables += length;
                if name == ".data" {
                    sizes.data += length;
                }
            }
        }
        let symbol = |name: &str| {
            let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name));
            symbol.map(|symbol| symbol.address()).ok_or_else(|| wrong(format!("found no symbol {name}, expected it")))
        };
        sizes.arena = symbol("_arena_end")?.saturating_sub(symbol("_arena_start")?);
        Ok(sizes)
    }
}

/// Whether a section takes memory on the board.
fn is_loaded(flags: SectionFlags) -> bool {
    matches!(flags, SectionFlags::Elf { sh_flags, .. } if sh_flags.contains(object::elf::SHF_ALLOC))
}

fn is_in(region: Region, address: u64) -> bool {
    (u64::from(region.origin)..region.end()).contains(&address)
}
