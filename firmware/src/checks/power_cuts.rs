//! Field updates whose power goes away, at every byte that they erase or write: the old model is current and whole after each,
//! or the new one. The same is tested on a host with random cuts (`application::slots`); here it is the board's own code.

use application::slots::{HEADER_BYTES, NewModel, Slots};
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use switchback::model::layout::CRC32;

const SECTOR: usize = 512;
const SLOT: usize = 4 * SECTOR;
const OLD: [u8; 900] = [0x3c; 900];
const NEW: [u8; 1100] = [0xa5; 1100];
/// Bytes that the host sends at a time.
const PART: usize = 256;

/// A NOR flash in RAM that stops after a number of bytes, and leaves what it was about torn.
struct CutFlash<'m> {
    memory: &'m mut [u8; 2 * SLOT],
    /// Bytes until then.
    left: usize,
}

impl CutFlash<'_> {
    /// How many of `length` bytes are still reached.
    fn reach(&mut self, length: usize) -> usize {
        let reached = length.min(self.left);
        self.left -= reached;
        reached
    }
}

impl ErrorType for CutFlash<'_> {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for CutFlash<'_> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let found = self.memory.iter().skip(offset as usize);
        bytes.iter_mut().zip(found).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.memory.len()
    }
}

impl NorFlash for CutFlash<'_> {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        let length = (to - from) as usize;
        let reached = self.reach(length);
        self.memory.iter_mut().skip(from as usize).take(reached).for_each(|byte| *byte = u8::MAX);
        if reached == length { Ok(()) } else { Err(NorFlashErrorKind::Other) }
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let reached = self.reach(bytes.len());
        let cells = self.memory.iter_mut().skip(offset as usize);
        for (i, (cell, byte)) in cells.zip(bytes).take(reached + 1).enumerate() {
            // Of the byte at the cut some bits are cleared already.
            *cell &= if i < reached { *byte } else { byte | 0x55 };
        }
        if reached == bytes.len() { Ok(()) } else { Err(NorFlashErrorKind::Other) }
    }
}

/// The slots of `memory`, whose flash stops after `left` bytes.
fn slots(memory: &mut [u8; 2 * SLOT], left: usize) -> Option<Slots<CutFlash<'_>>> {
    let slot = SLOT as u32;
    Slots::new(CutFlash { memory, left }, 0..slot, Some(slot..2 * slot)).ok()
}

/// Puts `model` into the slot that is not current; none where the flash stops before.
fn update(slots: &mut Slots<CutFlash<'_>>, model: &[u8]) -> Option<()> {
    slots.begin(&NewModel { bytes: model.len(), crc32: CRC32.checksum(model), plan: &[1, 2, 3] }).ok()?;
    for (part, offset) in model.chunks(PART).zip((0..).step_by(PART)) {
        slots.write(offset, part).ok()?;
    }
    slots.verify(|_, _| Ok::<(), ()>(())).ok()?;
    slots.commit().ok().map(drop)
}

/// Whether `model` is current in `memory`.
fn is_current(memory: &mut [u8; 2 * SLOT], model: &[u8]) -> bool {
    let Some(slot) = slots(memory, usize::MAX).and_then(|mut slots| slots.current().ok().flatten()) else {
        return false;
    };
    slot.bytes(memory.as_slice()) == model
}

/// Cuts an update at every byte; gives the number of cuts.
///
/// # Errors
/// The byte after which neither model was current, or the next update failed.
pub fn run(memory: &mut [u8; 2 * SLOT]) -> Result<usize, usize> {
    memory.fill(u8::MAX);
    let mut whole = slots(memory, usize::MAX).ok_or(0_usize)?;
    update(&mut whole, &OLD).ok_or(0_usize)?;
    let factory = *memory;
    let mut cuts = 0;
    loop {
        *memory = factory;
        let done = slots(memory, cuts).and_then(|mut slots| update(&mut slots, &NEW)).is_some();
        let (old, new) = (is_current(memory, &OLD), is_current(memory, &NEW));
        if done {
            return if new && cuts > HEADER_BYTES + NEW.len() { Ok(cuts) } else { Err(cuts) };
        }
        let again = slots(memory, usize::MAX).and_then(|mut slots| update(&mut slots, &NEW)).is_some();
        if old == new || !again || !is_current(memory, &NEW) {
            return Err(cuts);
        }
        cuts += 1;
    }
}

/// Bytes of memory that [`run`] uses.
pub const MEMORY: usize = 2 * SLOT;
