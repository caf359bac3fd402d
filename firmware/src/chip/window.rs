//! The part of a chip's flash that belongs to the model's slots.

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};

/// `BYTES` of a flash from its offset `ORIGIN` on, as a flash that starts at 0.
pub struct Window<F, const ORIGIN: u32, const BYTES: u32>(F);

/// Why an access failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, defmt::Format)]
pub enum WindowError<E> {
    /// Not all of it is in the window.
    OutOfBounds,
    /// The flash's own reason.
    Flash(E),
}

impl<F, const ORIGIN: u32, const BYTES: u32> Window<F, ORIGIN, BYTES> {
    /// The window of `flash`.
    pub const fn new(flash: F) -> Self {
        Self(flash)
    }
}

/// The offset in the flash where both ends are in the window.
fn offset<E>(origin: u32, bytes: u32, from: u32, to: Option<u32>) -> Result<u32, WindowError<E>> {
    match to {
        Some(to) if from <= to && to <= bytes => origin.checked_add(from).ok_or(WindowError::OutOfBounds),
        _ => Err(WindowError::OutOfBounds),
    }
}

/// The end of an access of `length` bytes.
fn end(from: u32, length: usize) -> Option<u32> {
    from.checked_add(u32::try_from(length).ok()?)
}

impl<E: NorFlashError> NorFlashError for WindowError<E> {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::OutOfBounds => NorFlashErrorKind::OutOfBounds,
            Self::Flash(error) => error.kind(),
        }
    }
}

impl<F: ErrorType, const ORIGIN: u32, const BYTES: u32> ErrorType for Window<F, ORIGIN, BYTES> {
    type Error = WindowError<F::Error>;
}

impl<F: ReadNorFlash, const ORIGIN: u32, const BYTES: u32> ReadNorFlash for Window<F, ORIGIN, BYTES> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, from: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let at = offset(ORIGIN, BYTES, from, end(from, bytes.len()))?;
        self.0.read(at, bytes).map_err(WindowError::Flash)
    }

    fn capacity(&self) -> usize {
        BYTES as usize
    }
}

impl<F: NorFlash, const ORIGIN: u32, const BYTES: u32> NorFlash for Window<F, ORIGIN, BYTES> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        let at = offset(ORIGIN, BYTES, from, Some(to))?;
        self.0.erase(at, at.saturating_add(to.saturating_sub(from))).map_err(WindowError::Flash)
    }

    fn write(&mut self, from: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        let at = offset(ORIGIN, BYTES, from, end(from, bytes.len()))?;
        self.0.write(at, bytes).map_err(WindowError::Flash)
    }
}
