//! Numbered message <-> bytes of one frame: postcard, CRC-32, COBS, a zero byte.

use core::fmt;

use cobs::{CobsEncoder, DecodeResult, DecoderState};
use serde::{Deserialize, Serialize};

use super::message::MAX_PART;
use crate::model::layout::CRC32;

/// The most bytes of a message with its checksum: a full part and generous room for the numbers beside it.
pub const MAX_PAYLOAD: usize = MAX_PART + 64;

/// The most bytes of a frame, the zero byte included.
pub const MAX_FRAME: usize = cobs::max_encoding_length(MAX_PAYLOAD) + 2;

const CHECKSUM_BYTES: usize = size_of::<u32>();

/// Why a frame was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FrameError {
    /// More than [`MAX_PAYLOAD`] bytes without an end.
    TooLong,
    /// Bytes that are no COBS frame, or one too short for a checksum.
    Garbled,
    /// The checksum does not fit the bytes.
    Checksum {
        /// CRC-32 of the bytes that came.
        found: u32,
        /// CRC-32 at the frame's end.
        expected: u32,
    },
    /// Undamaged bytes that are not a message of this protocol.
    NotAMessage,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooLong => write!(f, "frame: found no end, expected one within {MAX_FRAME} bytes"),
            Self::Garbled => write!(f, "frame: found bytes that do not unstuff, expected a COBS frame"),
            Self::Checksum { found, expected } => {
                write!(f, "frame checksum: found {found:08x}, expected {expected:08x}")
            }
            Self::NotAMessage => {
                write!(f, "frame: found an unknown message, expected one of protocol {}", super::PROTOCOL)
            }
        }
    }
}

impl core::error::Error for FrameError {}

/// Writes `message` and its number as one frame into `buffer` and returns the frame.
///
/// # Errors
/// [`FrameError::TooLong`] when the message carries more than [`MAX_PART`] bytes or names that are too long.
pub fn encode<'b, M: Serialize>(
    number: u16,
    message: &M,
    buffer: &'b mut [u8; MAX_FRAME],
) -> Result<&'b [u8], FrameError> {
    // Not postcard's own frames: their flavor indexes, which can panic as far as the compiler knows.
    let mut payload = [0; MAX_PAYLOAD - CHECKSUM_BYTES];
    let payload = postcard::to_slice(&(number, message), &mut payload).map_err(|_| FrameError::TooLong)?;
    let mut stuffed = CobsEncoder::new(buffer);
    for part in [&*payload, &CRC32.checksum(payload).to_le_bytes()] {
        stuffed.push(part).map_err(|_| FrameError::TooLong)?;
    }
    let length = stuffed.finalize();
    *buffer.get_mut(length).ok_or(FrameError::TooLong)? = 0;
    buffer.get(..=length).ok_or(FrameError::TooLong)
}

/// Reads a message and its number from the payload of a frame.
///
/// # Errors
/// [`FrameError::NotAMessage`] when the bytes are not exactly one message.
pub fn decode<'a, M: Deserialize<'a>>(payload: &'a [u8]) -> Result<(u16, M), FrameError> {
    match postcard::take_from_bytes(payload) {
        Ok((message, [])) => Ok(message),
        _ => Err(FrameError::NotAMessage),
    }
}

/// Bytes in, payloads of frames out, in a fixed buffer.
///
/// ```
/// use switchback::link::Request;
/// use switchback::link::frame::{Deframer, MAX_FRAME, decode, encode};
///
/// let mut buffer = [0; MAX_FRAME];
/// let frame = encode(7, &Request::Status, &mut buffer)?;
/// let mut deframer = Deframer::new();
/// for &byte in frame {
///     if deframer.push(byte)? {
///         assert_eq!(decode(deframer.payload()), Ok((7, Request::Status)));
///     }
/// }
/// # Ok::<(), switchback::link::FrameError>(())
/// ```
#[derive(Debug)]
pub struct Deframer {
    payload: [u8; MAX_PAYLOAD],
    /// Bytes of `payload` that are filled.
    length: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Receiving(DecoderState),
    /// A frame has ended; the next byte starts another.
    Complete,
    /// The frame is too long: dropping bytes up to its end.
    Dropping,
}

impl Default for Deframer {
    fn default() -> Self {
        Self::new()
    }
}

impl Deframer {
    /// Waits for the beginning of a frame.
    pub const fn new() -> Self {
        Self { payload: [0; MAX_PAYLOAD], length: 0, state: State::Complete }
    }

    /// Takes the next byte and says whether it ended a frame, whose [`Self::payload`] is then there until the next byte.
    /// Zero bytes between frames are ignored.
    ///
    /// # Errors
    /// [`FrameError`] when a frame is dropped; the next frame is received as if nothing had been.
    pub fn push(&mut self, byte: u8) -> Result<bool, FrameError> {
        if let State::Complete = self.state {
            self.length = 0;
            self.state = State::Receiving(DecoderState::Idle);
        }
        let State::Receiving(decoder) = &mut self.state else {
            if byte == 0 {
                self.state = State::Complete;
            }
            return Ok(false);
        };
        match decoder.feed(byte) {
            Ok(DecodeResult::NoData) => Ok(false),
            Ok(DecodeResult::DataContinue(data)) => self.store(data),
            Ok(DecodeResult::DataComplete) => self.complete(),
            // Only a zero byte is ever out of place, so the frame has ended as well.
            Err(_) => {
                self.state = State::Complete;
                Err(FrameError::Garbled)
            }
        }
    }

    /// The payload of the frame that has just ended, without its checksum.
    pub fn payload(&self) -> &[u8] {
        self.payload.get(..self.length).unwrap_or(&[])
    }

    fn store(&mut self, data: u8) -> Result<bool, FrameError> {
        let Some(free) = self.payload.get_mut(self.length) else {
            self.state = State::Dropping;
            return Err(FrameError::TooLong);
        };
        *free = data;
        self.length += 1;
        Ok(false)
    }

    /// Splits the checksum off and compares it.
    fn complete(&mut self) -> Result<bool, FrameError> {
        self.state = State::Complete;
        let (bytes, stored) = self.payload().split_last_chunk::<CHECKSUM_BYTES>().ok_or(FrameError::Garbled)?;
        let (found, expected) = (CRC32.checksum(bytes), u32::from_le_bytes(*stored));
        self.length -= CHECKSUM_BYTES;
        if found == expected { Ok(true) } else { Err(FrameError::Checksum { found, expected }) }
    }
}
