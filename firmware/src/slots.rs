//! The slots of models where the processor reads them.

use core::slice;

use crate::board::{MODEL_REGION, SLOTS};

/// The bytes of the slot `index`, header first; none where the board has no such slot.
///
/// Nobody may write to a slot while its bytes are in use: an update writes the other one.
pub fn bytes(index: usize) -> &'static [u8] {
    let Some(range) = SLOTS.get(index) else { return &[] };
    let start = MODEL_REGION.origin.wrapping_add(range.start) as *const u8;
    // SAFETY: the manifest says that there is memory at these addresses, and reading it has no effect. The compiler knows
    // nothing of its values, so that they count as initialized.
    unsafe { slice::from_raw_parts(start, range.len()) }
}
