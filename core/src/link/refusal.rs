//! Why a request was not served.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::FrameError;
use crate::stream::{ARENA_ALIGNMENT, RowError, SessionError, UnfinishedFrame};

/// Why a request was not served. The order of variants and fields is the link's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Refusal {
    /// A frame arrived damaged, or is no request. Sent with the number 0, as the request's is unknown.
    BadFrame(FrameError),
    /// A row, an end or a result of an image that is not under way.
    OtherImage,
    /// Results of an image that has not ended.
    NotJudged,
    /// A part of another row than the next one.
    WrongRow {
        /// The row that came.
        found: u16,
        /// The row that was expected.
        expected: u16,
    },
    /// A part that does not continue its row.
    WrongOffset {
        /// Where the part starts.
        found: u16,
        /// Where it was expected to start.
        expected: u16,
    },
    /// A part that is empty, or goes beyond the end of its row.
    WrongLength {
        /// Bytes of the part.
        found: u16,
        /// Bytes that the row still lacks.
        most: u16,
    },
    /// A row after the last one.
    TooManyRows {
        /// Rows of the image.
        expected: u16,
    },
    /// The image was ended before its last row.
    Unfinished {
        /// Rows that came.
        found: u16,
        /// Rows of the image.
        expected: u16,
    },
    /// A class, map, row, column or checksum that there is not.
    NoSuchResult,
    /// The arena is too short for the model.
    ArenaTooSmall {
        /// Bytes of the arena.
        found: u32,
        /// Bytes that the model needs.
        expected: u32,
    },
    /// The arena is not aligned.
    ArenaMisaligned {
        /// Its address modulo the alignment.
        remainder: u32,
    },
    /// The plan is not the model's, or needs kernels that the device has not.
    ForeignPlan,
    /// A new model was not taken; the old one runs on.
    Update(UpdateError),
}

/// Why a new model was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum UpdateError {
    /// The device has no room for a second model.
    NoSlot,
    /// More bytes than a slot has.
    TooLarge {
        /// Bytes of the model.
        found: u32,
        /// Bytes of a slot.
        most: u32,
    },
    /// A part or an end without a beginning, or of another model.
    NotBegun,
    /// A part that does not continue the model.
    WrongOffset {
        /// Where the part starts.
        found: u32,
        /// Where it was expected to start.
        expected: u32,
    },
    /// The model ended before its last byte.
    Unfinished {
        /// Bytes that came.
        found: u32,
        /// Bytes of the model.
        expected: u32,
    },
    /// What was written is not what was announced.
    Checksum {
        /// CRC-32 of the bytes in flash.
        found: u32,
        /// CRC-32 that was announced.
        expected: u32,
    },
    /// The bytes are no model that this firmware can read: damaged, or of a newer version.
    NotAModel,
    /// The plan is not the model's, or needs kernels that the device has not.
    ForeignPlan,
    /// The model's maps do not fit the arena that the firmware reserved.
    ArenaTooSmall {
        /// Bytes of the arena.
        found: u32,
        /// Bytes that the model needs.
        expected: u32,
    },
    /// The flash could not be erased, written or read.
    Flash,
}

impl From<UpdateError> for Refusal {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::ArenaTooSmall { needed, given } => {
                Self::ArenaTooSmall { found: given as u32, expected: needed as u32 }
            }
            SessionError::ArenaMisaligned { remainder } => Self::ArenaMisaligned { remainder: remainder as u32 },
            SessionError::ForeignPlan => Self::ForeignPlan,
        }
    }
}

impl From<RowError> for Refusal {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Length { found, expected } => Self::WrongLength { found: found as u16, most: expected as u16 },
            RowError::TooMany { expected } => Self::TooManyRows { expected: expected as u16 },
        }
    }
}

impl From<UnfinishedFrame> for Refusal {
    fn from(UnfinishedFrame { found, expected }: UnfinishedFrame) -> Self {
        Self::Unfinished { found: found as u16, expected: expected as u16 }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BadFrame(error) => write!(f, "{error}"),
            Self::OtherImage => {
                write!(f, "request: found one about an image that is not under way, expected its beginning")
            }
            Self::NotJudged => write!(f, "request: found one about results, expected the image's end before"),
            Self::WrongRow { found, expected } => write!(f, "row of the image: found {found}, expected {expected}"),
            Self::WrongOffset { found, expected } => {
                write!(f, "part of a row: found byte {found}, expected byte {expected}")
            }
            Self::WrongLength { found, most } => write!(f, "part of a row: found {found} bytes, expected 1 to {most}"),
            Self::TooManyRows { expected } => write!(f, "rows of the image: found one more, expected {expected}"),
            Self::Unfinished { found, expected } => write!(f, "rows of the image: found {found}, expected {expected}"),
            Self::NoSuchResult => write!(f, "request: found a class, map, row or tap that the model has not"),
            Self::ArenaTooSmall { found, expected } => {
                write!(f, "arena: found {found} bytes, expected at least {expected}")
            }
            Self::ArenaMisaligned { remainder } => {
                write!(f, "arena address: found {remainder} past a multiple of {ARENA_ALIGNMENT}, expected a multiple")
            }
            Self::ForeignPlan => write!(f, "plan: found one of other layers or kernels, expected the model's"),
            Self::Update(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoSlot => write!(f, "new model: found no second slot in this firmware, expected one"),
            Self::TooLarge { found, most } => {
                write!(
                    f,
                    "new model: found {found} bytes, expected at most {most}: {} missing",
                    found.saturating_sub(most)
                )
            }
            Self::NotBegun => write!(f, "new model: found a part of none that was begun, expected its beginning"),
            Self::WrongOffset { found, expected } => {
                write!(f, "part of the new model: found byte {found}, expected byte {expected}")
            }
            Self::Unfinished { found, expected } => write!(f, "new model: found {found} bytes, expected {expected}"),
            Self::Checksum { found, expected } => {
                write!(f, "checksum of the new model: found {found:08x} in flash, expected {expected:08x}")
            }
            Self::NotAModel => {
                let version = crate::model::FORMAT_VERSION;
                write!(f, "new model: found bytes that this firmware cannot read, expected a model of format {version}")
            }
            Self::ForeignPlan => {
                write!(f, "plan of the new model: found other layers or kernels, expected the device's")
            }
            Self::ArenaTooSmall { found, expected } => {
                let missing = expected.saturating_sub(found);
                write!(
                    f,
                    "arena: found {found} bytes, expected at least {expected} for the new model: {missing} missing"
                )
            }
            Self::Flash => write!(f, "flash: found an error while writing the new model, expected none"),
        }
    }
}

impl core::error::Error for Refusal {}
impl core::error::Error for UpdateError {}
