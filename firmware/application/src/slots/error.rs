//! Why slots cannot be used, and why an update goes no further. The current model is untouched by all of them.

use core::error::Error;
use core::fmt;

use embedded_storage::nor_flash::NorFlashErrorKind;

use super::header::{HEADER_BYTES, MAX_PLAN_BYTES};

/// What the flash did when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FlashOperation {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Erasing.
    Erase,
}

/// The flash's driver reports an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FlashFailure {
    /// What it did.
    pub operation: FlashOperation,
    /// Offset into the flash.
    pub offset: u32,
    /// What the driver says.
    pub kind: NorFlashErrorKind,
}

/// Why two ranges are no slots of a flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LayoutError {
    /// A slot starts or ends within a sector.
    Alignment {
        /// The slot, 0 or 1.
        slot: usize,
        /// Where it starts or ends.
        found: u32,
        /// Bytes of a sector.
        sector: usize,
    },
    /// A slot ends behind the flash.
    Capacity {
        /// The slot, 0 or 1.
        slot: usize,
        /// Where it ends.
        found: u32,
        /// Bytes of the flash.
        expected: usize,
    },
    /// A slot has no room for a model.
    TooSmall {
        /// The slot, 0 or 1.
        slot: usize,
        /// Its bytes.
        found: usize,
    },
    /// The second slot starts within the first, or the other way round.
    Overlap {
        /// Where the second starts.
        found: u32,
    },
}

/// Why no update begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BeginError {
    /// There is one slot only, and the running model is in it.
    SingleSlot,
    /// A model of no bytes, or of more than the slot holds.
    Length {
        /// Bytes of the model.
        found: usize,
        /// Bytes that a slot holds.
        most: usize,
    },
    /// A plan longer than [`MAX_PLAN_BYTES`].
    Plan {
        /// Bytes of the plan.
        found: usize,
    },
    /// The current slot has the last sequence number there is.
    LastSequence,
    /// The flash failed.
    Flash(FlashFailure),
}

/// Why a chunk is refused. After [`WriteError::Flash`] the update has to begin again; otherwise it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum WriteError {
    /// No update has begun.
    NotBegun,
    /// A chunk that neither follows the bytes so far nor repeats some of them.
    Order {
        /// Where it starts.
        found: usize,
        /// Bytes so far.
        expected: usize,
    },
    /// A chunk that ends behind the model.
    Length {
        /// Where it ends.
        found: usize,
        /// Bytes of the model.
        expected: usize,
    },
    /// The flash failed.
    Flash(FlashFailure),
}

/// Why the bytes are not the new model. After all but the first two the update has to begin again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum VerifyError<R> {
    /// No update has begun.
    NotBegun,
    /// Bytes are missing.
    Incomplete {
        /// Bytes so far.
        found: usize,
        /// Bytes of the model.
        expected: usize,
    },
    /// The slot's record does not read back.
    Record,
    /// The flash holds other bytes than were announced.
    Checksum {
        /// CRC-32 of the bytes in flash.
        found: u32,
        /// CRC-32 that was announced.
        expected: u32,
    },
    /// The caller's check refuses the model.
    Refused(R),
    /// The flash failed.
    Flash(FlashFailure),
}

/// Why the new model is not made current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CommitError {
    /// No update has been verified.
    NotVerified,
    /// What was written last does not read back.
    NotReadBack,
    /// The flash failed. Which model is current is for [`super::Slots::current`] to say.
    Flash(FlashFailure),
}

impl From<FlashFailure> for BeginError {
    fn from(failure: FlashFailure) -> Self {
        Self::Flash(failure)
    }
}

impl From<FlashFailure> for WriteError {
    fn from(failure: FlashFailure) -> Self {
        Self::Flash(failure)
    }
}

impl<R> From<FlashFailure> for VerifyError<R> {
    fn from(failure: FlashFailure) -> Self {
        Self::Flash(failure)
    }
}

impl From<FlashFailure> for CommitError {
    fn from(failure: FlashFailure) -> Self {
        Self::Flash(failure)
    }
}

impl fmt::Display for FlashFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match self.operation {
            FlashOperation::Read => "read",
            FlashOperation::Write => "write",
            FlashOperation::Erase => "erase",
        };
        write!(f, "flash: {operation} at {:#x}: {}", self.offset, self.kind)
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alignment { slot, found, sector } => {
                write!(
                    f,
                    "slot {slot}: found a border at {found:#x}, expected a multiple of the sector's {sector} bytes"
                )
            }
            Self::Capacity { slot, found, expected } => {
                write!(f, "slot {slot}: found an end at {found:#x}, expected at most the flash's {expected} bytes")
            }
            Self::TooSmall { slot, found } => {
                write!(f, "slot {slot}: found {found} bytes, expected more than the header's {HEADER_BYTES}")
            }
            Self::Overlap { found } => write!(f, "slot 1: found a start at {found:#x}, expected it outside slot 0"),
        }
    }
}

impl fmt::Display for BeginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SingleSlot => write!(f, "update: found one slot, expected two"),
            Self::Length { found, most } => write!(f, "new model: found {found} bytes, expected 1 to {most}"),
            Self::Plan { found } => {
                write!(f, "new model's plan: found {found} bytes, expected at most {MAX_PLAN_BYTES}")
            }
            Self::LastSequence => write!(f, "current slot's sequence number: found {}, expected less", u32::MAX),
            Self::Flash(failure) => failure.fmt(f),
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBegun => write!(f, "update: found a chunk, expected a beginning before it"),
            Self::Order { found, expected } => {
                write!(f, "chunk: found a start at {found}, expected {expected}, or bytes before that again")
            }
            Self::Length { found, expected } => {
                write!(f, "chunk: found an end at {found}, expected at most the model's {expected} bytes")
            }
            Self::Flash(failure) => failure.fmt(f),
        }
    }
}

impl<R: fmt::Display> fmt::Display for VerifyError<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBegun => write!(f, "update: found a verification, expected a beginning before it"),
            Self::Incomplete { found, expected } => {
                write!(f, "new model: found {found} bytes, expected {expected}")
            }
            Self::Record => write!(f, "new model's record: found other bytes than were written"),
            Self::Checksum { found, expected } => {
                write!(f, "new model's checksum: found {found:08x}, expected {expected:08x}")
            }
            Self::Refused(reason) => reason.fmt(f),
            Self::Flash(failure) => failure.fmt(f),
        }
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotVerified => write!(f, "update: found a commit, expected a verified model before it"),
            Self::NotReadBack => write!(f, "new model's commit unit: found other bytes than were written"),
            Self::Flash(failure) => failure.fmt(f),
        }
    }
}

impl Error for FlashFailure {}
impl Error for LayoutError {}
impl Error for BeginError {}
impl Error for WriteError {}
impl<R: fmt::Display + fmt::Debug> Error for VerifyError<R> {}
impl Error for CommitError {}
