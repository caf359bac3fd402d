//! What can go wrong in a conversation with a device.

use std::io;
use std::time::Duration;

use switchback::link::{FrameError, PROTOCOL, Refusal, UpdateError};

use super::Address;

/// A conversation with a device that failed. `during` says what it was about.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// Nothing accepts connections at the address.
    #[error("device at {address}: found no connection within {} s, expected one", waited.as_secs())]
    Connect {
        /// Where.
        address: Address,
        /// How long it was tried.
        waited: Duration,
        /// The last failure.
        source: io::Error,
    },
    /// The device stopped answering.
    #[error("device: found no answer for {} s during {during}, expected one", waited.as_secs())]
    Silent {
        /// How long it was waited.
        waited: Duration,
        /// What it was asked.
        during: &'static str,
    },
    /// The connection ended.
    #[error("device: found the connection closed during {during}, expected an answer")]
    Closed {
        /// What it was asked.
        during: &'static str,
    },
    /// The connection failed.
    #[error("device: the connection failed during {during}")]
    Stream {
        /// What it was asked.
        during: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A damaged answer.
    #[error("device, during {during}")]
    Frame {
        /// What it was asked.
        during: &'static str,
        /// What is wrong with it.
        source: FrameError,
    },
    /// The device did not serve the request.
    #[error("device refused {during}: {refusal}")]
    Refused {
        /// What it was asked.
        during: &'static str,
        /// Why.
        refusal: Refusal,
    },
    /// Another version of the link.
    #[error("device's link protocol: found {found}, expected {PROTOCOL}")]
    Protocol {
        /// The device's version.
        found: u16,
    },
    /// The device runs another model.
    #[error("device's model: found checksum {found:08x}, expected {expected:08x}")]
    OtherModel {
        /// Checksum of the device's model.
        found: u32,
        /// Checksum of the host's.
        expected: u32,
    },
    /// An answer to something else, or out of order.
    #[error("device: found {found} during {during}, expected {expected}")]
    Unexpected {
        /// What it was asked.
        during: &'static str,
        /// The answer.
        found: String,
        /// What was expected.
        expected: String,
    },
}

impl DeviceError {
    /// The next step a person can take, where there is one.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Silent { .. } => Some(
                "the device may need longer (--timeout SECONDS), or the line has another speed than the board's manifest says",
            ),
            Self::Frame { .. } => Some(
                "the line may have another speed than the board's manifest says, or the firmware is older: flash it again",
            ),
            Self::Refused {
                refusal: Refusal::Update(UpdateError::ArenaTooSmall { .. } | UpdateError::TooLarge { .. }),
                ..
            } => Some("a smaller --width, --input or number of --stages needs less; or flash the firmware again"),
            Self::Refused { refusal: Refusal::Update(UpdateError::NotAModel | UpdateError::ForeignPlan), .. } => {
                Some("flash the firmware again: cargo xtask flash --board BOARD --model FILE")
            }
            Self::Protocol { .. } | Self::OtherModel { .. } => {
                Some("build and load the firmware again: cargo xtask flash --model FILE")
            }
            Self::Connect { .. } => Some("cargo xtask flash starts an emulated device and connects to it"),
            _ => None,
        }
    }
}
