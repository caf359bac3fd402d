//! A flash's bytes: its errors with their place, its checksums.

use core::ops::Range;

use embedded_storage::nor_flash::{NorFlash, NorFlashError, ReadNorFlash};
use switchback::model::layout::CRC32;

use super::error::{FlashFailure, FlashOperation};

/// Bytes that are read at a time for a checksum.
const READ_BYTES: usize = 256;

/// Bytes of a range; none where it ends before it starts. (The range's own `len` has a panic where `usize` has 16 bits.)
pub(super) fn length(range: &Range<u32>) -> usize {
    range.end.saturating_sub(range.start) as usize
}

pub(super) fn read<F: ReadNorFlash>(flash: &mut F, offset: u32, bytes: &mut [u8]) -> Result<(), FlashFailure> {
    flash.read(offset, bytes).map_err(failure(FlashOperation::Read, offset))
}

pub(super) fn write<F: NorFlash>(flash: &mut F, offset: u32, bytes: &[u8]) -> Result<(), FlashFailure> {
    flash.write(offset, bytes).map_err(failure(FlashOperation::Write, offset))
}

pub(super) fn erase<F: NorFlash>(flash: &mut F, range: Range<u32>) -> Result<(), FlashFailure> {
    flash.erase(range.start, range.end).map_err(failure(FlashOperation::Erase, range.start))
}

/// CRC-32 of `range`, which starts where the flash can read.
pub(super) fn checksum<F: ReadNorFlash>(flash: &mut F, range: Range<u32>) -> Result<u32, FlashFailure> {
    let mut digest = CRC32.digest();
    let mut buffer = [0; READ_BYTES];
    for offset in range.clone().step_by(READ_BYTES) {
        let length = READ_BYTES.min((range.end - offset) as usize);
        // The last bytes may be less than what the flash reads at once.
        let Some(bytes) = buffer.get_mut(..length.next_multiple_of(F::READ_SIZE)) else { continue };
        read(flash, offset, bytes)?;
        digest.update(bytes.get(..length).unwrap_or(&[]));
    }
    Ok(digest.finalize())
}

fn failure<E: NorFlashError>(operation: FlashOperation, offset: u32) -> impl FnOnce(E) -> FlashFailure {
    move |error| FlashFailure { operation, offset, kind: error.kind() }
}
