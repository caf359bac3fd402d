//! A flash whose power goes away after a number of bytes.

use std::ops::Range;
use std::vec;
use std::vec::Vec;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a unit was through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Erased,
    Written,
    /// The power went away during a write or an erase of it.
    Torn,
}

/// NOR flash with the strictest rules: a unit that is not freshly erased must not be written.
#[derive(Clone)]
pub struct TornFlash<const WRITE: usize, const ERASE: usize> {
    pub memory: Vec<u8>,
    /// How often each sector was erased.
    pub erases: Vec<usize>,
    /// Bytes written or erased.
    pub operations: usize,
    /// Where the power went away: the operation's first byte, and whether it was an erase.
    pub cut: Option<(u32, bool)>,
    /// Whether torn units cannot be read, as in flashes with error correction.
    pub refuses_torn: bool,
    units: Vec<Unit>,
    /// The power goes away after this many operations.
    last: usize,
    rng: ChaCha8Rng,
}

impl<const WRITE: usize, const ERASE: usize> TornFlash<WRITE, ERASE> {
    pub fn new(memory: Vec<u8>, seed: u64) -> Self {
        Self {
            units: vec![Unit::Written; memory.len() / WRITE],
            erases: vec![0; memory.len() / ERASE],
            memory,
            operations: 0,
            cut: None,
            refuses_torn: false,
            last: usize::MAX,
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// The power goes away after as many bytes more.
    pub fn cut_after(&mut self, operations: usize) {
        self.last = self.operations + operations;
    }

    pub fn power_on(&mut self) {
        (self.last, self.cut) = (usize::MAX, None);
    }

    /// How many of `length` bytes are reached before the power goes away.
    fn reached(&mut self, offset: u32, length: usize, erase: bool) -> Result<usize, NorFlashErrorKind> {
        self.powered()?;
        let reached = length.min(self.last - self.operations);
        self.operations += reached;
        if reached < length {
            self.cut = Some((offset, erase));
        }
        Ok(reached)
    }

    fn powered(&self) -> Result<(), NorFlashErrorKind> {
        if self.cut.is_some() { Err(NorFlashErrorKind::Other) } else { Ok(()) }
    }

    fn mark(&mut self, bytes: Range<usize>, unit: Unit) {
        self.units[bytes.start / WRITE..bytes.end.div_ceil(WRITE)].fill(unit);
    }
}

impl<const WRITE: usize, const ERASE: usize> ErrorType for TornFlash<WRITE, ERASE> {
    type Error = NorFlashErrorKind;
}

impl<const WRITE: usize, const ERASE: usize> ReadNorFlash for TornFlash<WRITE, ERASE> {
    const READ_SIZE: usize = if WRITE < 4 { 1 } else { 4 };

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        self.powered()?;
        check_read(self, offset, bytes.len())?;
        let range = offset as usize..offset as usize + bytes.len();
        let units = &self.units[range.start / WRITE..range.end.div_ceil(WRITE)];
        if self.refuses_torn && units.contains(&Unit::Torn) {
            return Err(NorFlashErrorKind::Other);
        }
        bytes.copy_from_slice(&self.memory[range]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.memory.len()
    }
}

impl<const WRITE: usize, const ERASE: usize> NorFlash for TornFlash<WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for sector in (from..to).step_by(ERASE) {
            let bytes = sector as usize..sector as usize + ERASE;
            let reached = self.reached(sector, ERASE, true)?;
            self.erases[sector as usize / ERASE] += 1;
            if reached == ERASE {
                self.memory[bytes.clone()].fill(0xff);
                self.mark(bytes, Unit::Erased);
                continue;
            }
            // Anything can be in a sector that is half erased: what was there, nothing, noise.
            for at in bytes.clone() {
                self.memory[at] = match self.rng.random_range(0..4) {
                    _ if at - bytes.start < reached / 2 => 0xff,
                    0 => 0xff,
                    1 => self.rng.random(),
                    _ => self.memory[at],
                };
            }
            self.mark(bytes, Unit::Torn);
            return Err(NorFlashErrorKind::Other);
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let start = offset as usize;
        let units = &self.units[start / WRITE..(start + bytes.len()) / WRITE];
        assert!(units.iter().all(|&unit| unit == Unit::Erased), "written at {offset:#x} without an erase before");
        let reached = self.reached(offset, bytes.len(), false)?;
        let whole = reached / WRITE * WRITE;
        self.memory[start..start + whole].copy_from_slice(&bytes[..whole]);
        self.mark(start..start + whole, Unit::Written);
        if reached == bytes.len() {
            return Ok(());
        }
        // Of the unit that was being written any bits may have been cleared already.
        for (at, byte) in bytes.iter().enumerate().skip(whole).take(WRITE) {
            let late: u8 = self.rng.random();
            self.memory[start + at] &= byte | late;
        }
        self.mark(start + whole..start + whole + WRITE, Unit::Torn);
        Err(NorFlashErrorKind::Other)
    }
}
