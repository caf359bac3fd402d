//! The model's slots of an emulated board, which are in RAM, with the manners of a NOR flash: erasing sets bits, writing clears them.

use core::ptr;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

use crate::board;

/// The memory of the model's slots; address 0 is where the first one starts.
pub struct RamFlash(());

impl RamFlash {
    /// The memory. To be called once.
    pub(super) const fn new() -> Self {
        Self(())
    }

    /// The byte at `offset` of the slots.
    fn at(offset: usize) -> *mut u8 {
        // The manifest says that there is memory at these addresses; the linker puts only constants there.
        (board::MODEL_REGION.origin.wrapping_add(offset)) as *mut u8
    }
}

impl ErrorType for RamFlash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for RamFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, from: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, from, bytes.len())?;
        for (offset, byte) in (from as usize..).zip(bytes) {
            // SAFETY: `check_read` keeps the address in the memory of the slots.
            *byte = unsafe { ptr::read_volatile(Self::at(offset)) };
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        board::MODEL_REGION.bytes
    }
}

impl NorFlash for RamFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = board::ERASE_BYTES;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for offset in from as usize..to as usize {
            // SAFETY: `check_erase` keeps the address in the memory of the slots; no reference to a slot that is erased is
            // alive, as on a real board.
            unsafe { ptr::write_volatile(Self::at(offset), u8::MAX) };
        }
        Ok(())
    }

    fn write(&mut self, from: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, from, bytes.len())?;
        for (offset, byte) in (from as usize..).zip(bytes) {
            let at = Self::at(offset);
            // SAFETY: `check_write` keeps the address in the memory of the slots; no reference to a slot that is written is
            // alive, as on a real board.
            unsafe { ptr::write_volatile(at, ptr::read_volatile(at) & byte) };
        }
        Ok(())
    }
}
