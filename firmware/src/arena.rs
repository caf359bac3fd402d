//! The models' arena: exactly as many bytes as the neediest of them needs, in the board's arena memory.

use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, Ordering};

use switchback::model::Aligned;

use crate::board::ARENA_BYTES;

/// Outside of what the start-up code clears.
#[unsafe(link_section = ".arena")]
static mut ARENA: MaybeUninit<Aligned<[u8; ARENA_BYTES]>> = MaybeUninit::uninit();

static TAKEN: AtomicBool = AtomicBool::new(false);

/// The arena, filled with zeros.
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
    assert!(!was_taken, "the arena is taken once");
    let arena = &raw mut ARENA;
    // SAFETY: the assertion makes this the only reference to ARENA, whose bytes are all written before it is made.
    unsafe {
        arena.write_bytes(0, 1);
        &mut (*arena).assume_init_mut().0
    }
}
