//! What can be wrong with the bytes of a model.

use core::fmt;

use super::layout::{ALIGNMENT, FORMAT_VERSION};
use super::network::SpecError;

/// Why bytes are not a model that this program can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ModelError {
    /// The bytes do not start at a multiple of [`ALIGNMENT`] in memory.
    Misaligned {
        /// The address modulo the alignment.
        remainder: usize,
    },
    /// Fewer bytes than the fixed fields take.
    TooShort {
        /// Bytes given.
        found: usize,
        /// Bytes needed at least.
        expected: usize,
    },
    /// The first bytes are not those of a model file.
    NotAModel,
    /// Another version of the file format.
    Version {
        /// Version of the file.
        found: u32,
    },
    /// The file says another length than it has.
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes that the file says.
        expected: usize,
    },
    /// The checksum does not fit the bytes.
    Checksum {
        /// CRC-32 of the bytes.
        found: u32,
        /// CRC-32 that the file says.
        expected: u32,
    },
    /// The header is not one of this version.
    Header,
    /// The network description cannot be used.
    Spec(SpecError),
    /// A list of the header has another length than the network needs.
    Count {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that the network needs.
        expected: usize,
    },
    /// A stored number is outside its range.
    Value {
        /// Which number.
        what: &'static str,
        /// Index of the convolution, stage or class it belongs to.
        index: usize,
        /// Index within that: filter, channel or table entry.
        element: usize,
        /// What is stored.
        found: i64,
    },
    /// An accumulator could overflow (rule 5).
    Overflow {
        /// Index of the convolution whose weights are used.
        convolution: usize,
        /// Whether it is the tied deconvolution that could overflow.
        deconvolution: bool,
        /// The output channel.
        channel: usize,
        /// The magnitude that it could reach.
        bound: i64,
    },
}

impl From<SpecError> for ModelError {
    fn from(error: SpecError) -> Self {
        Self::Spec(error)
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Misaligned { remainder } => {
                write!(f, "model address: found {remainder} past a multiple of {ALIGNMENT}, expected a multiple")
            }
            Self::TooShort { found, expected } => {
                write!(f, "model length: found {found} bytes, expected at least {expected}")
            }
            Self::NotAModel => write!(f, "model file: found other first bytes, expected SWITCHBK"),
            Self::Version { found } => write!(f, "model format version: found {found}, expected {FORMAT_VERSION}"),
            Self::Length { found, expected } => {
                write!(f, "model length: found {found} bytes, expected {expected}")
            }
            Self::Checksum { found, expected } => {
                write!(f, "model checksum: found {found:08x}, expected {expected:08x}")
            }
            Self::Header => write!(f, "model header: found bytes that do not decode, expected one of this version"),
            Self::Spec(ref error) => write!(f, "model's network: {error}"),
            Self::Count { what, found, expected } => {
                write!(f, "model header, {what}: found {found} entries, expected {expected}")
            }
            Self::Value { what, index, element, found } => {
                write!(f, "model {what} {index}, element {element}: found {found}, expected a value in range")
            }
            Self::Overflow { convolution, deconvolution, channel, bound } => write!(
                f,
                "{}convolution {}, channel {channel}: accumulator could reach {bound}, expected less than 2^30",
                if deconvolution { "tied de" } else { "" },
                convolution + 1
            ),
        }
    }
}

impl core::error::Error for ModelError {}
