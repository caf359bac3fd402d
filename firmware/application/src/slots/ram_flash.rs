//! A flash in RAM: for emulated boards and tests.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// Memory with the rules of NOR flash: `WRITE` bytes are written at once and only clear bits, `ERASE` bytes are erased at
/// once and become 0xFF. What does not fit these sizes or the memory is refused.
#[derive(Debug)]
pub struct RamFlash<'a, const WRITE: usize, const ERASE: usize> {
    memory: &'a mut [u8],
}

impl<'a, const WRITE: usize, const ERASE: usize> RamFlash<'a, WRITE, ERASE> {
    /// A flash of these bytes; what they hold is what was in it when the power came on.
    pub fn new(memory: &'a mut [u8]) -> Self {
        const { assert!(WRITE > 0 && ERASE.is_multiple_of(WRITE), "a sector is made of whole units") };
        Self { memory }
    }

    /// All bytes, as a processor reads a flash among its addresses.
    pub fn memory(&self) -> &[u8] {
        self.memory
    }

    fn bytes(&mut self, offset: u32, length: usize) -> Result<&mut [u8], NorFlashErrorKind> {
        let bytes = self.memory.get_mut(offset as usize..).and_then(|bytes| bytes.get_mut(..length));
        bytes.ok_or(NorFlashErrorKind::OutOfBounds)
    }
}

impl<const WRITE: usize, const ERASE: usize> ErrorType for RamFlash<'_, WRITE, ERASE> {
    type Error = NorFlashErrorKind;
}

impl<const WRITE: usize, const ERASE: usize> ReadNorFlash for RamFlash<'_, WRITE, ERASE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        for (byte, &stored) in bytes.iter_mut().zip(self.memory.iter().skip(offset as usize)) {
            *byte = stored;
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.memory.len()
    }
}

impl<const WRITE: usize, const ERASE: usize> NorFlash for RamFlash<'_, WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.bytes(from, (to - from) as usize)?.fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        for (stored, &byte) in self.bytes(offset, bytes.len())?.iter_mut().zip(bytes) {
            *stored &= byte;
        }
        Ok(())
    }
}
