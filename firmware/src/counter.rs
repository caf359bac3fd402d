//! The board's counter: its manifest says where, and which registers it has.

use core::arch::asm;

use cortex_m::peripheral::Peripherals;
use volatile_register::{RO, RW};

use crate::board::{self, TimerKind};

/// A CMSDK APB timer: it counts down.
#[repr(C)]
struct Cmsdk {
    control: RW<u32>,
    value: RW<u32>,
    reload: RW<u32>,
}

/// `Cmsdk::control`: it counts.
const ENABLE: u32 = 1 << 0;

/// The first registers of an MPS board's FPGA: the counter counts up and is never stopped.
#[repr(C)]
struct Fpgaio {
    others: [RO<u32>; 6],
    counter: RW<u32>,
}

/// The first registers of a processor's data watchpoint and trace unit: cycles are counted up.
#[repr(C)]
struct Dwt {
    control: RW<u32>,
    cycles: RW<u32>,
}

/// `Dwt::control`: the cycles are counted.
const CYCLES_ENABLE: u32 = 1 << 0;

/// The board's counter.
#[derive(Clone, Copy)]
pub struct Counter {
    count: &'static RW<u32>,
    /// All ones where it counts down, so that the flipped count goes up.
    flip: u32,
}

impl Counter {
    /// Starts it.
    pub fn start() -> Self {
        match board::TIMER.kind {
            TimerKind::Cmsdk => {
                let registers: &Cmsdk = registers();
                // SAFETY: any value and reload are valid; the timer's interrupt stays off.
                unsafe {
                    registers.reload.write(u32::MAX);
                    registers.value.write(u32::MAX);
                    registers.control.write(ENABLE);
                }
            }
            TimerKind::Fpgaio => {}
            TimerKind::Dwt => {
                // SAFETY: tracing is switched on and nothing else is touched, whoever has the peripherals.
                unsafe { Peripherals::steal() }.DCB.enable_trace();
                let registers: &Dwt = registers();
                // SAFETY: counting cycles changes nothing but the count.
                unsafe { registers.control.modify(|control| control | CYCLES_ENABLE) };
            }
        }
        Self::running()
    }

    /// The counter that was started.
    pub fn running() -> Self {
        match board::TIMER.kind {
            TimerKind::Cmsdk => Self { count: &registers::<Cmsdk>().value, flip: u32::MAX },
            TimerKind::Fpgaio => Self { count: &registers::<Fpgaio>().counter, flip: 0 },
            TimerKind::Dwt => Self { count: &registers::<Dwt>().cycles, flip: 0 },
        }
    }

    /// Ticks since some moment, modulo 2^32.
    pub fn ticks(&self) -> u32 {
        self.count.read() ^ self.flip
    }

    /// What `work` gives, and the ticks that it takes.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> (T, u32) {
        let before = self.ticks();
        let result = work();
        (result, self.ticks().wrapping_sub(before))
    }
}

/// Instructions of [`known_loop`].
pub const KNOWN_INSTRUCTIONS: u32 = 2_000_000;

/// A loop of [`KNOWN_INSTRUCTIONS`], two a turn.
pub fn known_loop() {
    // SAFETY: it counts a register down to 0.
    unsafe {
        asm!("2: subs {turns}, {turns}, #1", "bne 2b", turns = inout(reg) KNOWN_INSTRUCTIONS / 2 => _, options(nomem, nostack));
    }
}

/// The registers that the manifest names.
fn registers<R>() -> &'static R {
    // SAFETY: the board's manifest says that a counter of this kind has its registers at this address, for ever; they are
    // accessed by volatile reads and writes only.
    unsafe { &*(board::TIMER.base as *const R) }
}
