//! A serial line that feeds the watchdog while it is waited for, and goes on after bytes that were lost.

use embedded_io::{ErrorType, Read, ReadReady, Write};

use crate::pulse;

/// The line.
pub struct Watched<S>(pub S);

impl<S: ErrorType> ErrorType for Watched<S> {
    type Error = S::Error;
}

impl<S: Read + ReadReady> Read for Watched<S> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Self::Error> {
        loop {
            // Overruns, framing errors and breaks cost the frame that they are in, which its checksum tells.
            match self.0.read_ready().and_then(|ready| if ready { self.0.read(bytes).map(Some) } else { Ok(None) }) {
                Ok(Some(count)) => return Ok(count),
                Ok(None) => {}
                Err(_) => defmt::debug!("the serial line lost bytes"),
            }
            pulse::alive();
        }
    }
}

impl<S: ReadReady> ReadReady for Watched<S> {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        self.0.read_ready()
    }
}

impl<S: Write> Write for Watched<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.flush()
    }
}
