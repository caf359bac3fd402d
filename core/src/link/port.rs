//! Messages over a byte stream: a UART on the device, a socket on the host.

use embedded_io::{Read, ReadReady, Write};
use serde::{Deserialize, Serialize};

use super::frame::{self, Deframer, FrameError, MAX_FRAME};

/// Sends and receives messages over a byte stream.
#[derive(Debug)]
pub struct Port<S> {
    stream: S,
    deframer: Deframer,
    chunk: [u8; 64],
    /// The bytes of `chunk` that were read and not yet looked at: `start..end`.
    start: usize,
    end: usize,
}

/// Why no message went over a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortError<E> {
    /// The stream failed.
    Stream(E),
    /// The stream has ended.
    Closed,
    /// A frame was dropped; the next one can be received.
    Frame(FrameError),
}

impl<E> From<FrameError> for PortError<E> {
    fn from(error: FrameError) -> Self {
        Self::Frame(error)
    }
}

impl<S: Read + Write> Port<S> {
    /// A port over `stream`.
    pub const fn new(stream: S) -> Self {
        Self { stream, deframer: Deframer::new(), chunk: [0; 64], start: 0, end: 0 }
    }

    /// Sends one message with its number: a request's, which its reply repeats.
    ///
    /// # Errors
    /// [`PortError::Stream`], or [`FrameError::TooLong`] for a message that fits no frame.
    pub fn send<M: Serialize>(&mut self, number: u16, message: &M) -> Result<(), PortError<S::Error>> {
        let mut buffer = [0; MAX_FRAME];
        let frame = frame::encode(number, message, &mut buffer)?;
        self.stream.write_all(frame).map_err(PortError::Stream)?;
        self.stream.flush().map_err(PortError::Stream)
    }

    /// Ends whatever frame the receiver believes itself in: the first thing to send on a stream of unknown state.
    ///
    /// # Errors
    /// [`PortError::Stream`].
    pub fn send_break(&mut self) -> Result<(), PortError<S::Error>> {
        self.stream.write_all(&[0]).map_err(PortError::Stream)
    }

    /// Waits for the next message, and gives it with its number.
    ///
    /// # Errors
    /// [`PortError`]; after one of a frame, or of a stream that can be read on, the port can be used on.
    pub fn receive<'a, M: Deserialize<'a>>(&'a mut self) -> Result<(u16, M), PortError<S::Error>> {
        self.wait()?;
        Ok(self.message()?)
    }

    /// Waits for the end of the next frame.
    pub(super) fn wait(&mut self) -> Result<(), PortError<S::Error>> {
        loop {
            let byte = self.next_byte()?;
            if self.deframer.push(byte)? {
                return Ok(());
            }
        }
    }

    /// The message of the frame that has just ended.
    pub(super) fn message<'a, M: Deserialize<'a>>(&'a self) -> Result<(u16, M), FrameError> {
        frame::decode(self.deframer.payload())
    }

    /// Whether a byte is there.
    pub(super) fn is_ready(&mut self) -> Result<bool, S::Error>
    where
        S: ReadReady,
    {
        Ok(self.start < self.end || self.stream.read_ready()?)
    }

    fn next_byte(&mut self) -> Result<u8, PortError<S::Error>> {
        if self.start == self.end {
            let read = self.stream.read(&mut self.chunk).map_err(PortError::Stream)?;
            (self.start, self.end) = (0, read);
        }
        let byte = self.chunk.get(..self.end).and_then(|read| read.get(self.start)).ok_or(PortError::Closed)?;
        self.start += 1;
        Ok(*byte)
    }
}
