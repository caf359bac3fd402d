//! A serial line that feeds the watchdog while it is waited for.

use embedded_io::{ErrorType, Read, ReadReady, Write};

use crate::pulse;

/// The line.
pub struct Watched<S>(pub S);

impl<S: ErrorType> ErrorType for Watched<S> {
    type Error = S::Error;
}

impl<S: Read + ReadReady> Read for Watched<S> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Self::Error> {
        while !self.0.read_ready()? {
            pulse::alive();
        }
        self.0.read(bytes)
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
