//! The time since the start, from the timer that the chip's crate keeps.

use embassy_time::Instant;

/// The time since the start.
pub struct Clock;

impl Clock {
    /// Milliseconds, modulo 2^32.
    pub fn millis(&mut self) -> u32 {
        Instant::now().as_millis() as u32
    }

    /// Microseconds, modulo 2^32.
    #[cfg(not(board_timer))]
    pub fn micros(&mut self) -> u32 {
        Instant::now().as_micros() as u32
    }
}
