//! The first bytes of a slot: what makes it valid, and what it says about its model.

use switchback::model::layout::CRC32;
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Bytes before the model.
pub const HEADER_BYTES: usize = 512;
/// The longest plan.
pub const MAX_PLAN_BYTES: usize = 440;
/// Version of the record; a reader takes this one only.
pub const RECORD_VERSION: u32 = 1;
/// Bytes of the commit unit: as many as the largest unit that flashes write at once.
pub(super) const COMMIT_BYTES: usize = 32;

/// What the firmware stores beside a model, for itself.
pub type StoredPlan = heapless::Vec<u8, MAX_PLAN_BYTES>;

/// The header as it lies in flash.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub commit: Commit,
    pub record: Record,
}

/// The word that makes a slot valid, and what else is written with it.
#[derive(Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Commit {
    magic: [u8; 4],
    blank: [u8; COMMIT_BYTES - 4],
}

/// What the slot says about its model.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Record {
    version: U32,
    sequence: U32,
    model_bytes: U32,
    model_crc32: U32,
    plan_bytes: U32,
    plan: [u8; MAX_PLAN_BYTES],
    blank: [u8; 16],
    crc32: U32,
}

/// How far a slot whose record is valid has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// An update has begun in it.
    Written,
    /// It may be current.
    Committed,
}

/// What a valid record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub sequence: u32,
    pub model_bytes: u32,
    pub model_crc32: u32,
    pub plan: StoredPlan,
}

const _: () = assert!(size_of::<Header>() == HEADER_BYTES);

impl Commit {
    /// The one of a valid slot.
    pub(super) const VALID: Self = Self { magic: *b"SBKC", blank: [0xff; COMMIT_BYTES - 4] };
}

impl Record {
    pub(super) fn new(entry: &Entry) -> Self {
        let mut plan = [0xff; MAX_PLAN_BYTES];
        for (place, &byte) in plan.iter_mut().zip(&entry.plan) {
            *place = byte;
        }
        let mut record = Self {
            version: RECORD_VERSION.into(),
            sequence: entry.sequence.into(),
            model_bytes: entry.model_bytes.into(),
            model_crc32: entry.model_crc32.into(),
            plan_bytes: (entry.plan.len() as u32).into(),
            plan,
            blank: [0xff; 16],
            crc32: U32::ZERO,
        };
        record.crc32 = record.checksum().into();
        record
    }

    /// What it says; `None` where it is damaged or of another version.
    pub(super) fn entry(&self) -> Option<Entry> {
        let plan = self.plan.get(..usize::try_from(self.plan_bytes.get()).ok()?)?;
        let valid = self.version.get() == RECORD_VERSION && self.crc32.get() == self.checksum();
        valid.then_some(Entry {
            sequence: self.sequence.get(),
            model_bytes: self.model_bytes.get(),
            model_crc32: self.model_crc32.get(),
            plan: StoredPlan::from_slice(plan).ok()?,
        })
    }

    /// CRC-32 of all before the field of it.
    fn checksum(&self) -> u32 {
        let bytes = self.as_bytes();
        CRC32.checksum(bytes.get(..bytes.len() - size_of::<U32>()).unwrap_or(&[]))
    }
}

impl Header {
    /// Nothing read yet.
    pub(super) fn unread() -> Self {
        Self::new_zeroed()
    }

    /// Whether the last write of an update was made.
    pub(super) fn state(&self) -> State {
        if self.commit == Commit::VALID { State::Committed } else { State::Written }
    }
}
