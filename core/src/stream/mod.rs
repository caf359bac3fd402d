//! Row tiles: rows are pushed in, each layer keeps a ring of the few rows its kernel needs, all in one arena.
//!
//! [`Plan`] says which buffer lies where from the network alone; [`Session`] carves the arena and moves rows through
//! [`crate::ops`]. It never reads an element, and the operations never see a ring.

mod checksum;
mod choice;
mod cost;
mod decode;
mod encode;
mod exact;
mod finish;
mod kernel_set;
mod kernels;
mod layers;
mod observer;
mod plan;
mod ring;
mod session;
mod stored_plan;
#[cfg(feature = "alloc")]
mod tap_values;

pub use checksum::Checksums;
pub use finish::Inference;
pub use kernel_set::KernelSet;
pub use kernels::{ConvolutionKernel, DeconvolutionKernel};
pub use layers::PlannedLayer;
pub use observer::{Observer, Tap, TapRow};
pub use plan::{ARENA_ALIGNMENT, Buffer, Part, Phase, Plan};
pub use session::{RowError, Session, SessionError, UnfinishedFrame};
pub use stored_plan::{MAX_STORED_PLAN, StoredPlanError};
#[cfg(feature = "alloc")]
pub use tap_values::{TapMap, TapValues};
