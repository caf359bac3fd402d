//! Arm's own boards, as QEMU emulates them: CMSDK peripherals, memory in place of flash, no pins and no watchdog.

use core::convert::Infallible;

use defmt_semihosting as _;
use embedded_hal::digital::{ErrorType, OutputPin};
use semihosting::process;

use super::Parts;
pub use super::cmsdk_uart::CmsdkUart as Link;
pub use super::ram_flash::RamFlash as Flash;
use crate::board;
use crate::counter::Counter;

/// The handlers of interrupts. None is ever enabled here, so that the table ends with its first entry.
// SAFETY: the section is that of the table behind the exceptions, whose entries are addresses of handlers, or 0.
#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [usize; 1] = [0];

/// Starts the board. To be called once: its parts would be there twice.
pub fn start() -> Parts {
    Parts {
        link: Link::start(),
        alarm: Alarm,
        flash: Flash::new(),
        watchdog: Watchdog,
        clock: Clock { counter: Counter::start(), last: 0, millis: 0, ticks: 0 },
    }
}

/// Ends the program, and its emulator.
pub fn restart() -> ! {
    process::exit(0)
}

/// Ends a program that cannot go on, and its emulator with a failure.
pub fn fail() -> ! {
    process::exit(1)
}

/// A pin that nothing is attached to.
pub struct Alarm;

impl ErrorType for Alarm {
    type Error = Infallible;
}

impl OutputPin for Alarm {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A watchdog that never bites: the emulator ends a program that hangs by its own timeout.
pub struct Watchdog;

impl Watchdog {
    /// From now on it wants to be fed every `_millis` milliseconds.
    pub fn start(&mut self, _millis: u32) {}

    /// Feeds it.
    pub fn feed(&mut self) {}
}

/// The time since the start, from the counter of the manifest. It must be asked more often than the counter's 32 bits pass
/// (every two minutes).
pub struct Clock {
    counter: Counter,
    /// The count when it was last asked.
    last: u32,
    millis: u32,
    /// Ticks of the millisecond that has begun.
    ticks: u32,
}

impl Clock {
    /// Ticks of a millisecond.
    const TICKS: u32 = board::TIMER.clock_hz / 1000;

    /// Milliseconds, modulo 2^32.
    pub fn millis(&mut self) -> u32 {
        let now = self.counter.ticks();
        let passed = now.wrapping_sub(self.last);
        self.last = now;
        // Both are less than a millisecond's.
        let ticks = self.ticks + passed % Self::TICKS;
        self.millis = self.millis.wrapping_add(passed / Self::TICKS + ticks / Self::TICKS);
        self.ticks = ticks % Self::TICKS;
        self.millis
    }
}
