//! The time since the start, from the timer that the chip's crate keeps.

use embassy_time::Instant;

/// The time since the start.
pub struct Clock;

impl Clock {
    /// Microseconds, to what the timer resolves (31 on the nRF52840, 1 on the others).
    pub fn micros(&mut self) -> u64 {
        Instant::now().as_micros()
    }
}
