//! A CMSDK APB timer that counts down from its largest number.

use linked::board;
use volatile_register::RW;

/// The registers that are used here, in the order of their addresses.
#[repr(C)]
struct Registers {
    control: RW<u32>,
    value: RW<u32>,
    reload: RW<u32>,
}

/// `control`: it counts.
const ENABLE: u32 = 1 << 0;

/// The board's timer.
pub struct Timer {
    registers: &'static Registers,
}

impl Timer {
    /// Starts it.
    pub fn start() -> Self {
        // SAFETY: the board's manifest says that a CMSDK APB timer has its registers at this address, for ever; they are
        // accessed by volatile reads and writes only.
        let registers = unsafe { &*(board::TIMER_BASE as *const Registers) };
        // SAFETY: any value and reload are valid; the timer's interrupt stays off.
        unsafe {
            registers.reload.write(u32::MAX);
            registers.value.write(u32::MAX);
            registers.control.write(ENABLE);
        }
        Self { registers }
    }

    /// Ticks since it started, modulo 2^32.
    pub fn ticks(&self) -> u32 {
        !self.registers.value.read()
    }
}
