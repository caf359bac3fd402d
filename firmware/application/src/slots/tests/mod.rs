//! Updates as they should go, updates that are refused, and power that goes away.

mod power_cuts;
mod refusals;
mod torn_flash;
mod updates;

use std::vec::Vec;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use switchback::model::layout::CRC32;

use super::{NewModel, Slot};

/// A model's bytes and its plan; nothing here looks into them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    model: Vec<u8>,
    plan: Vec<u8>,
}

impl Stored {
    fn random(rng: &mut ChaCha8Rng, most_bytes: usize) -> Self {
        let mut bytes = |length| (0..length).map(|_| rng.random()).collect();
        Self { model: bytes(most_bytes), plan: bytes(most_bytes % 441) }
    }

    fn announced(&self) -> NewModel<'_> {
        NewModel { bytes: self.model.len(), crc32: CRC32.checksum(&self.model), plan: &self.plan }
    }

    /// What a slot of a flash with this memory holds.
    fn of(slot: &Slot, memory: &[u8]) -> Self {
        Self { model: slot.bytes(memory).to_vec(), plan: slot.plan.to_vec() }
    }
}
