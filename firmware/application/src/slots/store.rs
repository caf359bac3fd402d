//! Two slots of a flash, and which of them is current.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use switchback::model::ALIGNMENT;
use zerocopy::IntoBytes;

use super::error::{FlashFailure, LayoutError};
use super::flash_bytes;
use super::header::{COMMIT_BYTES, HEADER_BYTES, Header, State, StoredPlan};
use super::update::Update;

/// A valid slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// 0 or 1.
    pub number: usize,
    /// The higher, the newer.
    pub sequence: u32,
    /// Where the model's bytes lie in the flash.
    pub model: Range<u32>,
    /// CRC-32 (ISO-HDLC) of the model's bytes.
    pub model_crc32: u32,
    /// What was stored beside the model.
    pub plan: StoredPlan,
}

impl Slot {
    /// The model's bytes in a flash that the processor reads among its addresses, from the flash's first byte on; none where
    /// `memory` ends before them. They lie at a multiple of 16 where `memory` does.
    pub fn bytes<'m>(&self, memory: &'m [u8]) -> &'m [u8] {
        memory.get(self.model.start as usize..self.model.end as usize).unwrap_or(&[])
    }
}

/// The slots of a flash, and the update that goes on in one of them: see the [module](super).
#[derive(Debug)]
pub struct Slots<F> {
    pub(super) flash: F,
    ranges: [Range<u32>; 2],
    slots: usize,
    pub(super) update: Option<Update>,
}

/// What a look at all slots gave.
pub(super) struct Found {
    pub current: Option<Slot>,
    /// The last slot that could not be read.
    pub unreadable: Option<(usize, FlashFailure)>,
}

impl<F: NorFlash> Slots<F> {
    /// Two slots, or one, which cannot be updated while it runs.
    ///
    /// # Errors
    /// [`LayoutError`] where a slot is not made of whole sectors, has no room for a model, lies outside the flash or
    /// within the other one.
    pub fn new(flash: F, first: Range<u32>, second: Option<Range<u32>>) -> Result<Self, LayoutError> {
        const {
            assert!(COMMIT_BYTES.is_multiple_of(F::WRITE_SIZE), "the flash writes 1, 2, 4, 8, 16 or 32 bytes at once");
            assert!(F::ERASE_SIZE.is_multiple_of(ALIGNMENT), "sectors start where models may lie");
            assert!(COMMIT_BYTES.is_multiple_of(F::READ_SIZE), "the flash reads 1, 2, 4, 8, 16 or 32 bytes at once");
        }
        let slots = 1 + usize::from(second.is_some());
        let ranges = [first, second.unwrap_or(0..0)];
        for (slot, range) in ranges.iter().enumerate().take(slots) {
            let sector = F::ERASE_SIZE;
            if let Some(&found) = [range.start, range.end].iter().find(|&&end| !(end as usize).is_multiple_of(sector)) {
                return Err(LayoutError::Alignment { slot, found, sector });
            }
            let expected = flash.capacity();
            if range.end as usize > expected {
                return Err(LayoutError::Capacity { slot, found: range.end, expected });
            }
            let found = flash_bytes::length(range);
            if found <= HEADER_BYTES {
                return Err(LayoutError::TooSmall { slot, found });
            }
        }
        let [first, second] = &ranges;
        if first.start < second.end && second.start < first.end {
            return Err(LayoutError::Overlap { found: second.start });
        }
        Ok(Self { flash, ranges, slots, update: None })
    }

    /// The flash.
    pub fn flash(&self) -> &F {
        &self.flash
    }

    /// The slot of the model to run; `None` where no slot is valid. It reads every byte of the model.
    ///
    /// # Errors
    /// [`FlashFailure`] where the flash cannot be read and no slot is known to be valid. A slot that cannot be read does
    /// not keep the other one from being current: some flashes refuse to read what a power cut left.
    pub fn current(&mut self) -> Result<Option<Slot>, FlashFailure> {
        match self.search() {
            Found { current: None, unreadable: Some((_, failure)) } => Err(failure),
            Found { current, .. } => Ok(current),
        }
    }

    pub(super) fn search(&mut self) -> Found {
        let mut found = Found { current: None, unreadable: None };
        // The newest first: the other one's model is not read where that is whole.
        let second = usize::from(self.sequence(1) > self.sequence(0));
        for number in [second, 1 - second] {
            let slot = match self.slot(number) {
                Ok(Some((State::Committed, slot))) => slot,
                Ok(_) => continue,
                Err(failure) => {
                    found.unreadable = Some((number, failure));
                    continue;
                }
            };
            match flash_bytes::checksum(&mut self.flash, slot.model.clone()) {
                Ok(crc32) if crc32 == slot.model_crc32 => {
                    found.current = Some(slot);
                    break;
                }
                Ok(_) => {}
                Err(failure) => found.unreadable = Some((number, failure)),
            }
        }
        found
    }

    /// The sequence number of a slot that may be current.
    fn sequence(&mut self, number: usize) -> Option<u32> {
        match self.slot(number) {
            Ok(Some((State::Committed, slot))) => Some(slot.sequence),
            _ => None,
        }
    }

    /// What a slot's header says, where its record is valid; the model's bytes are not looked at.
    pub(super) fn slot(&mut self, number: usize) -> Result<Option<(State, Slot)>, FlashFailure> {
        let Some(range) = self.range(number) else { return Ok(None) };
        let mut header = Header::unread();
        flash_bytes::read(&mut self.flash, range.start, header.as_mut_bytes())?;
        let Some(entry) = header.record.entry() else { return Ok(None) };
        let start = range.start + HEADER_BYTES as u32;
        let end = start.checked_add(entry.model_bytes).filter(|&end| end <= range.end);
        let slot = end.map(|end| Slot {
            number,
            sequence: entry.sequence,
            model: start..end,
            model_crc32: entry.model_crc32,
            plan: entry.plan,
        });
        Ok(slot.map(|slot| (header.state(), slot)))
    }

    /// Where a slot lies.
    pub(super) fn range(&self, number: usize) -> Option<Range<u32>> {
        self.ranges.get(..self.slots)?.get(number).cloned()
    }
}
