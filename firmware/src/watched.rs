//! A serial line that feeds the watchdog while it is waited for, and goes on after bytes that were lost.

use core::fmt;

use embedded_io::{Error, ErrorKind, ErrorType, Read, ReadReady, Write};

use crate::pulse;

/// How long a line may be silent in the middle of a conversation before a device with a camera goes on with that. One without
/// waits for ever.
const PATIENCE_MILLIS: Option<u32> = if cfg!(feature = "still") { Some(5_000) } else { None };

/// The line.
pub struct Watched<S>(pub S);

/// Why nothing went over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// Nothing came for as long as a line may be silent.
    Silent,
    /// It cannot be asked or written.
    Failed(ErrorKind),
}

impl LineError {
    fn of(error: impl Error) -> Self {
        Self::Failed(error.kind())
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Silent => "serial line: found nothing for too long, expected a byte",
            Self::Failed(_) => "serial line: found an error, expected none",
        })
    }
}

impl core::error::Error for LineError {}

impl Error for LineError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Silent => ErrorKind::TimedOut,
            Self::Failed(kind) => *kind,
        }
    }
}

impl<S> ErrorType for Watched<S> {
    type Error = LineError;
}

impl<S: Read + ReadReady> Read for Watched<S> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, LineError> {
        let started = pulse::millis();
        loop {
            // Overruns, framing errors and breaks cost the frame that they are in, which its checksum tells.
            match self.0.read_ready().and_then(|ready| if ready { self.0.read(bytes).map(Some) } else { Ok(None) }) {
                Ok(Some(count)) => return Ok(count),
                Ok(None) => {}
                Err(_) => defmt::debug!("the serial line lost bytes"),
            }
            if PATIENCE_MILLIS.is_some_and(|patience| pulse::millis().wrapping_sub(started) > patience) {
                return Err(LineError::Silent);
            }
            pulse::alive();
        }
    }
}

impl<S: ReadReady> ReadReady for Watched<S> {
    fn read_ready(&mut self) -> Result<bool, LineError> {
        self.0.read_ready().map_err(LineError::of)
    }
}

impl<S: Write> Write for Watched<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, LineError> {
        self.0.write(bytes).map_err(LineError::of)
    }

    fn flush(&mut self) -> Result<(), LineError> {
        self.0.flush().map_err(LineError::of)
    }
}
