//! A flash that holds anything.

use core::hint::black_box;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

/// Every byte and error is the compiler's guess.
pub struct Flash;

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

fn done() -> Result<(), NorFlashErrorKind> {
    if black_box(true) { Ok(()) } else { Err(NorFlashErrorKind::Other) }
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, _: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        bytes.iter_mut().for_each(|byte| *byte = black_box(3));
        done()
    }

    fn capacity(&self) -> usize {
        black_box(1 << 20)
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        black_box((from, to));
        done()
    }

    fn write(&mut self, _: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        black_box(bytes);
        done()
    }
}
