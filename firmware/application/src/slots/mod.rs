//! Field update: a model in each of two slots of a NOR flash. A new model is written beside the one that runs, checked
//! whole, and becomes current by one write, so that a power cut at any moment leaves one of the two, whole.
//!
//! A slot starts at a sector's boundary. Numbers are little-endian:
//!
//! ```text
//! 0    commit unit: u32 magic "SBKC", then 0xFF; written last, by one write
//! 32   record: u32 version, u32 sequence, u32 model_bytes, u32 model_crc32, u32 plan_bytes
//! 52   plan: plan_bytes bytes of the firmware's own, at most 440; then 0xFF
//! 508  u32 CRC-32 of bytes 32..508
//! 512  model, at a multiple of 16 as it has to be
//! ```
//!
//! The current slot is the committed one of the highest sequence number whose record and model have the right CRC-32. An
//! update erases the other slot, header first: what is half erased is never valid. Each sector is erased once an update,
//! as the model's bytes reach it, and sectors behind the model never; no call takes longer than one chunk's sectors.
//!
//! ```
//! use application::slots::{NewModel, RamFlash, Slots};
//! use switchback::model::layout::CRC32;
//!
//! let mut memory = [0xff; 8 * 1024];
//! let mut slots = Slots::new(RamFlash::<4, 1024>::new(&mut memory), 0..4096, Some(4096..8192))?;
//! assert_eq!(slots.current()?, None);
//!
//! let model = [7; 100]; // arrives in chunks
//! slots.begin(&NewModel { bytes: 100, crc32: CRC32.checksum(&model), plan: b"any" })?;
//! slots.write(0, &model[..64])?;
//! slots.write(64, &model[64..])?;
//! slots.verify(|flash, slot| match slot.bytes(flash.memory()) {
//!     [7, ..] => Ok(()), // here a firmware parses the model and plans its arena
//!     _ => Err("not a model"),
//! })?;
//! let slot = slots.commit()?;
//! assert_eq!((slot.sequence, slot.model.clone()), (1, 512..612));
//! assert_eq!(slots.current()?, Some(slot));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod flash_bytes;
mod header;
#[cfg(any(test, feature = "alloc"))]
mod image;
mod ram_flash;
mod store;
#[cfg(test)]
mod tests;
mod update;

pub use error::{BeginError, CommitError, FlashFailure, FlashOperation, LayoutError, VerifyError, WriteError};
pub use header::{HEADER_BYTES, MAX_PLAN_BYTES, RECORD_VERSION, StoredPlan};
#[cfg(any(test, feature = "alloc"))]
pub use image::{ImageError, image};
pub use ram_flash::RamFlash;
pub use store::{Slot, Slots};
pub use update::NewModel;
