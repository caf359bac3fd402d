//! A new model on its way into the slot that does not run: begin, write, verify, commit.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use heapless::Vec;
use zerocopy::IntoBytes;

use super::error::{BeginError, CommitError, FlashFailure, VerifyError, WriteError};
use super::flash_bytes;
use super::header::{COMMIT_BYTES, Commit, Entry, HEADER_BYTES, Record, State, StoredPlan};
use super::store::{Found, Slot, Slots};

/// Bytes that are written at once: a page of most external flashes, and whole units of all of them.
const BLOCK_BYTES: usize = 256;

/// A new model, as it is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewModel<'a> {
    /// Bytes of the model.
    pub bytes: usize,
    /// CRC-32 (ISO-HDLC) of these bytes.
    pub crc32: u32,
    /// What the firmware stores beside the model, at most [`super::MAX_PLAN_BYTES`] bytes.
    pub plan: &'a [u8],
}

/// An update that has begun.
#[derive(Debug)]
pub(super) struct Update {
    slot: usize,
    /// Where the model goes.
    model: Range<u32>,
    crc32: u32,
    /// Bytes of the model that were taken.
    taken: usize,
    /// Up to here the slot's sectors are erased.
    erased: u32,
    /// Up to here bytes are in flash; those taken after it are in `block`.
    written: u32,
    block: Vec<u8, BLOCK_BYTES>,
    stage: Stage,
}

/// How far an update has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Writing,
    Verified,
    Committed,
}

impl<F: NorFlash> Slots<F> {
    /// Begins an update in the slot that is not current, and ends one that went on: erases that slot's first sectors and
    /// writes its record. It reads the current model to know that it is whole.
    ///
    /// # Errors
    /// [`BeginError`] where there is no second slot, the model or its plan do not fit, or the flash fails.
    pub fn begin(&mut self, new: &NewModel<'_>) -> Result<(), BeginError> {
        self.update = None;
        if self.range(1).is_none() {
            return Err(BeginError::SingleSlot);
        }
        let Found { current, unreadable } = self.search();
        // With none valid, one that cannot be read is spared for as long as there is another.
        let spared = current.as_ref().map(|slot| slot.number).or(unreadable.map(|(number, _)| number));
        let slot = usize::from(spared == Some(0));
        let range = self.range(slot).ok_or(BeginError::SingleSlot)?;
        let most = flash_bytes::length(&range).saturating_sub(HEADER_BYTES);
        let found = new.bytes;
        let model_bytes = u32::try_from(found).ok().filter(|_| (1..=most).contains(&found));
        let model_bytes = model_bytes.ok_or(BeginError::Length { found, most })?;
        let plan = StoredPlan::from_slice(new.plan).map_err(|_| BeginError::Plan { found: new.plan.len() })?;
        let last = current.map_or(0, |slot| slot.sequence);
        let sequence = last.checked_add(1).ok_or(BeginError::LastSequence)?;
        let start = range.start + HEADER_BYTES as u32;
        let mut update = Update {
            slot,
            model: start..start + model_bytes,
            crc32: new.crc32,
            taken: 0,
            erased: range.start,
            written: start,
            block: Vec::new(),
            stage: Stage::Writing,
        };
        update.erase_to(&mut self.flash, start)?;
        let record = Record::new(&Entry { sequence, model_bytes, model_crc32: new.crc32, plan });
        flash_bytes::write(&mut self.flash, range.start + COMMIT_BYTES as u32, record.as_bytes())?;
        self.update = Some(update);
        Ok(())
    }

    /// How far the update to the model of this checksum is: bytes of the model, and bytes that were taken. None where it is
    /// another one that goes on, or none.
    pub fn progress(&self, crc32: u32) -> Option<(usize, usize)> {
        let update = self.update.as_ref().filter(|update| update.crc32 == crc32)?;
        Some((update.model.len(), update.taken))
    }

    /// The model's bytes from `offset` on. Chunks of any length, in order; one that was taken before is taken again
    /// without effect, as it comes when its answer was lost.
    ///
    /// # Errors
    /// [`WriteError`] for a chunk that is not the next one, or when the flash fails, which ends the update.
    pub fn write(&mut self, offset: usize, chunk: &[u8]) -> Result<(), WriteError> {
        let update = self.update.as_mut().ok_or(WriteError::NotBegun)?;
        let (end, bytes) = (offset.saturating_add(chunk.len()), flash_bytes::length(&update.model));
        if end > bytes {
            return Err(WriteError::Length { found: end, expected: bytes });
        }
        if end <= update.taken {
            return Ok(());
        }
        if offset != update.taken {
            return Err(WriteError::Order { found: offset, expected: update.taken });
        }
        let written = update.take(&mut self.flash, chunk);
        if written.is_err() {
            self.update = None;
        }
        Ok(written?)
    }

    /// Reads the whole new model back, compares its checksum, and has the caller look at it: whether it is a model, whether this
    /// device has the memory for it. After a commit it has no effect. `check` gets the flash and where the model lies; the slot is not valid yet.
    ///
    /// # Errors
    /// [`VerifyError`]. All but its first two end the update.
    pub fn verify<R>(&mut self, check: impl FnOnce(&F, &Slot) -> Result<(), R>) -> Result<(), VerifyError<R>> {
        if self.update.as_ref().is_some_and(|update| update.stage == Stage::Committed) {
            return Ok(());
        }
        let mut update = self.update.take().ok_or(VerifyError::NotBegun)?;
        let (found, expected) = (update.taken, flash_bytes::length(&update.model));
        if found < expected {
            self.update = Some(update);
            return Err(VerifyError::Incomplete { found, expected });
        }
        let (found, expected) = (flash_bytes::checksum(&mut self.flash, update.model.clone())?, update.crc32);
        if found != expected {
            return Err(VerifyError::Checksum { found, expected });
        }
        let Some((_, slot)) = self.slot(update.slot)? else { return Err(VerifyError::Record) };
        check(&self.flash, &slot).map_err(VerifyError::Refused)?;
        update.stage = Stage::Verified;
        self.update = Some(update);
        Ok(())
    }

    /// Makes the verified model current, by one write. Again, as when the answer was lost, it has no effect and gives the same.
    ///
    /// # Errors
    /// [`CommitError`] before [`Self::verify`], or when the flash fails, which ends the update.
    pub fn commit(&mut self) -> Result<Slot, CommitError> {
        let mut update =
            self.update.take_if(|update| update.stage != Stage::Writing).ok_or(CommitError::NotVerified)?;
        let range = self.range(update.slot).ok_or(CommitError::NotVerified)?;
        if update.stage == Stage::Verified {
            flash_bytes::write(&mut self.flash, range.start, Commit::VALID.as_bytes())?;
            update.stage = Stage::Committed;
        }
        let slot = self.slot(update.slot)?.filter(|(state, _)| *state == State::Committed);
        self.update = Some(update);
        slot.map(|(_, slot)| slot).ok_or(CommitError::NotReadBack)
    }
}

impl Update {
    /// The model's next bytes.
    fn take<F: NorFlash>(&mut self, flash: &mut F, mut bytes: &[u8]) -> Result<(), FlashFailure> {
        while !bytes.is_empty() {
            let room = self.block.capacity() - self.block.len();
            let (head, tail) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            // It fits: there is room for it.
            let _ = self.block.extend_from_slice(head);
            self.taken += head.len();
            bytes = tail;
            if self.block.is_full() || self.taken == flash_bytes::length(&self.model) {
                self.write_block(flash)?;
            }
        }
        Ok(())
    }

    /// Writes the bytes taken last, and 0xFF up to what the flash writes at once.
    fn write_block<F: NorFlash>(&mut self, flash: &mut F) -> Result<(), FlashFailure> {
        let length = self.block.len().next_multiple_of(F::WRITE_SIZE);
        // It fits: the units of every flash fill a block.
        let _ = self.block.resize(length, 0xff);
        self.erase_to(flash, self.written + length as u32)?;
        flash_bytes::write(flash, self.written, &self.block)?;
        self.written += length as u32;
        self.block.clear();
        Ok(())
    }

    /// Erases the slot's sectors that begin before `end` and are not erased yet, one at a time.
    fn erase_to<F: NorFlash>(&mut self, flash: &mut F, end: u32) -> Result<(), FlashFailure> {
        while self.erased < end {
            let next = self.erased + F::ERASE_SIZE as u32;
            flash_bytes::erase(flash, self.erased..next)?;
            self.erased = next;
        }
        Ok(())
    }
}
