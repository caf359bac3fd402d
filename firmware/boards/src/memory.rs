//! The memories of a board.

use serde::Deserialize;

/// Bytes of a model slot before the model: what says that the slot is complete, and of which model.
pub const SLOT_HEADER_BYTES: u32 = 512;

/// The memories of a board; they do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The program.
    pub flash: Region,
    /// The model's slots.
    pub model: ModelRegion,
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

/// Equal slots for models, one behind the other: one that runs, one that an update writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRegion {
    /// The first address of the first slot.
    pub origin: u32,
    /// The length of all slots.
    pub bytes: u32,
    /// How many slots: 1 (no updates), or 2.
    pub slots: u32,
    /// What the memory erases at once.
    pub erase_bytes: u32,
}

/// What of the memories is not for models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// RAM for the stack: its bound.
    pub stack_bytes: u32,
}

impl Region {
    /// The first address behind it; more than 32 bits where it ends at the end of all addresses.
    pub fn end(&self) -> u64 {
        u64::from(self.origin) + u64::from(self.bytes)
    }

    /// Whether an address is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        u64::from(self.origin) < other.end() && u64::from(other.origin) < self.end()
    }
}

impl ModelRegion {
    /// All slots.
    pub fn region(&self) -> Region {
        Region { origin: self.origin, bytes: self.bytes }
    }

    /// The length of one slot.
    pub fn slot_bytes(&self) -> u32 {
        self.bytes.checked_div(self.slots).unwrap_or(0)
    }

    /// The slot `index`, from 0.
    pub fn slot(&self, index: u32) -> Option<Region> {
        let bytes = self.slot_bytes();
        (index < self.slots).then(|| Region { origin: self.origin + index * bytes, bytes })
    }
}
