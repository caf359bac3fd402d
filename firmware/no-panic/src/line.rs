//! A serial line that brings anything.

use core::hint::black_box;

use embedded_io::{ErrorKind, ErrorType, Read, Write};

/// Every byte, length and error is the compiler's guess.
pub struct Line;

impl ErrorType for Line {
    type Error = ErrorKind;
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        buffer.iter_mut().for_each(|byte| *byte = black_box(3));
        // As the trait demands: no more than was asked for.
        if black_box(true) { Ok(black_box(1).min(buffer.len())) } else { Err(ErrorKind::Other) }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        black_box(bytes);
        if black_box(true) { Ok(bytes.len()) } else { Err(ErrorKind::Other) }
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
