//! The models' arena, in the board's arena memory: as many bytes as the linked models need, or all of it where none is linked.

use core::slice;
use core::sync::atomic::{AtomicBool, Ordering};

unsafe extern "C" {
    /// Where the linker's memory map puts the arena's start and end.
    static mut _arena_start: u8;
    static mut _arena_end: u8;
}

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Bytes of the arena.
pub fn bytes() -> usize {
    (&raw const _arena_end).addr().saturating_sub((&raw const _arena_start).addr())
}

/// The arena, with whatever is in that memory.
///
/// # Panics
/// When it was taken before.
pub fn take() -> &'static mut [u8] {
    // Armv6-M has no atomic exchange.
    let was_taken = cortex_m::interrupt::free(|_| {
        let was_taken = TAKEN.load(Ordering::Relaxed);
        TAKEN.store(true, Ordering::Relaxed);
        was_taken
    });
    if was_taken {
        defmt::panic!("the arena is taken once");
    }
    // SAFETY: the memory map has `bytes` bytes there and puts nothing else there; the check above makes this the only
    // reference. The compiler knows nothing of this memory's values, so that they count as initialized.
    let arena = unsafe { slice::from_raw_parts_mut(&raw mut _arena_start, bytes()) };
    if cfg!(feature = "stm32h743") {
        // This memory has error correction: a word that was never written since power came on may fail it when it is read.
        arena.fill(0);
    }
    arena
}
