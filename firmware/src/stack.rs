//! How much of the stack was ever used: it is painted when the program starts, and what has lost its paint was used.

/// What unused stack holds.
const PAINT: u32 = 0x5bac_5bac;

/// Bytes below the stack pointer that are not painted: what this module's own calls use.
const MARGIN: usize = 256;

unsafe extern "C" {
    /// The lowest and the highest address of the stack, of the memory map.
    static mut _stack_end: u32;
    static mut _stack_start: u32;
}

/// Bytes of stack there are.
pub fn bytes() -> usize {
    (&raw const _stack_start).addr().saturating_sub((&raw const _stack_end).addr())
}

/// Paints what is below the caller's part of the stack. To be called first of all.
#[inline(never)]
pub fn paint() {
    let here = 0_u32;
    let top = (&raw const here).addr().saturating_sub(MARGIN);
    let mut word = &raw mut _stack_end;
    while word.addr() < top {
        // SAFETY: the stack is writable memory, and nothing lives this far below the pointer to it; interrupts that come
        // meanwhile are done when the next word is painted.
        unsafe {
            word.write_volatile(PAINT);
            word = word.add(1);
        }
    }
}

/// The most bytes of stack that were ever used.
pub fn used() -> usize {
    let end = &raw const _stack_start;
    let mut word = &raw const _stack_end;
    // SAFETY: the stack is readable memory from one symbol to the other.
    while word.addr() < end.addr() && unsafe { word.read_volatile() } == PAINT {
        word = word.wrapping_add(1);
    }
    end.addr().saturating_sub(word.addr())
}
