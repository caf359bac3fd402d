//! The messages. The order of variants and fields is the link's format: a change is a new [`PROTOCOL`].

use core::fmt;

use serde::{Deserialize, Serialize};

use super::FrameError;
use crate::stream::{ARENA_ALIGNMENT, RowError, SessionError, UnfinishedFrame};

/// Version of the link. [`Request::Identify`] and the first field of its answer keep their place in every version.
pub const PROTOCOL: u16 = 1;

/// The most bytes of a row that one message carries.
pub const MAX_PART: usize = 256;

/// What the host asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// Who are you? Answered by [`Reply::Identity`].
    Identify,
    /// A new image; one that was under way is forgotten. Answered by [`Reply::Ready`].
    Begin {
        /// Whether to return a checksum of every layer's values.
        checksums: bool,
    },
    /// Pixels of one row, channels last; the parts of a row come in order. The last one is answered by [`Reply::Ready`].
    RowPart {
        /// The row, from 0.
        row: u16,
        /// Where in the row's bytes the part starts.
        offset: u16,
        /// 1 to [`MAX_PART`] bytes.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// All rows were sent. Answered by the results and [`Reply::Done`].
    Finish,
    /// Stop serving. Answered by [`Reply::Done`]; an emulated device then ends its emulator.
    Shutdown,
}

/// What the device answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply<'a> {
    /// What the device runs.
    #[serde(borrow)]
    Identity(Identity<'a>),
    /// The device has room for the row `next`; after the last row `next` is the image's height.
    Ready {
        /// The row to send.
        next: u16,
    },
    /// The score of a class, the highest for the most likely one.
    Score {
        /// The class.
        class: u8,
        /// The score in Q16.
        q16: i32,
    },
    /// Part of a row of a class map, 8 bits a pixel.
    MapPart {
        /// The map.
        map: u8,
        /// The row, from 0.
        row: u16,
        /// The column of the first byte.
        offset: u16,
        /// 1 to [`MAX_PART`] bytes.
        bytes: &'a [u8],
    },
    /// Part of a row of the label map: the class of each pixel.
    LabelPart {
        /// The row, from 0.
        row: u16,
        /// The column of the first byte.
        offset: u16,
        /// 1 to [`MAX_PART`] bytes.
        bytes: &'a [u8],
    },
    /// The checksum of all values of one tap (a layer's output).
    Checksum {
        /// [`Tap::index`](crate::stream::Tap::index).
        tap: u16,
        /// CRC-32 of its values, rows from the top.
        crc32: u32,
    },
    /// Nothing more comes for this request.
    Done,
    /// The request could not be served; the image under way is forgotten.
    Refused(Refusal),
}

/// What a device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity<'a> {
    /// [`PROTOCOL`] of the device.
    pub protocol: u16,
    /// [`Model::crc32`](crate::model::Model::crc32) of its model.
    pub model_crc32: u32,
    /// Pixels a row of the image.
    pub input_width: u16,
    /// Rows of the image.
    pub input_height: u16,
    /// Bytes a pixel.
    pub input_channels: u8,
    /// Class maps.
    pub maps: u8,
    /// Pixels a row of a class map.
    pub map_width: u16,
    /// Rows of a class map.
    pub map_height: u16,
    /// Scores.
    pub classes: u8,
    /// Bytes of the arena that the model needs.
    pub arena_bytes: u32,
    /// Name of the board.
    pub board: &'a str,
    /// Name of the data set that the model was trained on.
    pub trained_on: &'a str,
}

/// Why a request was not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Refusal {
    /// A frame arrived damaged, or is no request.
    BadFrame(FrameError),
    /// A row or the end of an image that was not begun.
    NotBegun,
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
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::ArenaTooSmall { needed, given } => {
                Self::ArenaTooSmall { found: given as u32, expected: needed as u32 }
            }
            SessionError::ArenaMisaligned { remainder } => Self::ArenaMisaligned { remainder: remainder as u32 },
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
            Self::NotBegun => write!(f, "request: found a row or an end, expected the beginning of an image"),
            Self::WrongRow { found, expected } => write!(f, "row of the image: found {found}, expected {expected}"),
            Self::WrongOffset { found, expected } => {
                write!(f, "part of a row: found byte {found}, expected byte {expected}")
            }
            Self::WrongLength { found, most } => write!(f, "part of a row: found {found} bytes, expected 1 to {most}"),
            Self::TooManyRows { expected } => write!(f, "rows of the image: found one more, expected {expected}"),
            Self::Unfinished { found, expected } => write!(f, "rows of the image: found {found}, expected {expected}"),
            Self::ArenaTooSmall { found, expected } => {
                write!(f, "arena: found {found} bytes, expected at least {expected}")
            }
            Self::ArenaMisaligned { remainder } => {
                write!(f, "arena address: found {remainder} past a multiple of {ARENA_ALIGNMENT}, expected a multiple")
            }
        }
    }
}

impl core::error::Error for Refusal {}

/// A row in parts of at most [`MAX_PART`] bytes, each with the place in the row where it starts.
pub fn parts(row: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    (0..).step_by(MAX_PART).zip(row.chunks(MAX_PART))
}
