//! What beats while the program works: the watchdog that wants to be fed, and the counter that work is measured by.

use core::cell::RefCell;

use linked::chip::{Clock, Watchdog};

/// How long the program may do without a row: the slowest layer of a large network takes seconds a row.
const WATCHDOG_MILLIS: u32 = 8_000;

/// What the program shares with its own parts, never with an interrupt.
struct OneThread<T>(RefCell<Option<T>>);

// SAFETY: there is one thread, and no interrupt handler of this program names these statics.
unsafe impl<T> Sync for OneThread<T> {}

static WATCHDOG: OneThread<Watchdog> = OneThread(RefCell::new(None));
static CLOCK: OneThread<Clock> = OneThread(RefCell::new(None));

/// Starts the watchdog, and takes the clock.
pub fn start(mut watchdog: Watchdog, clock: Clock) {
    watchdog.start(WATCHDOG_MILLIS);
    if let (Ok(mut kept_watchdog), Ok(mut kept_clock)) = (WATCHDOG.0.try_borrow_mut(), CLOCK.0.try_borrow_mut()) {
        (*kept_watchdog, *kept_clock) = (Some(watchdog), Some(clock));
    }
}

/// Feeds the watchdog.
pub fn alive() {
    if let Ok(Some(watchdog)) = WATCHDOG.0.try_borrow_mut().as_deref_mut() {
        watchdog.feed();
    }
}

/// Milliseconds since the start, modulo 2^32.
pub fn millis() -> u32 {
    match CLOCK.0.try_borrow_mut().as_deref_mut() {
        Ok(Some(clock)) => clock.millis(),
        _ => 0,
    }
}

/// How fast [`ticks`] goes on.
#[cfg(board_timer)]
pub const TICKS_PER_SECOND: u32 = linked::board::TIMER.clock_hz;
/// How fast [`ticks`] goes on.
#[cfg(not(board_timer))]
pub const TICKS_PER_SECOND: u32 = 1_000_000;

/// The board's counter, or microseconds where it has none.
#[cfg(board_timer)]
pub fn ticks() -> u32 {
    linked::counter::Counter::running().ticks()
}

/// The board's counter, or microseconds where it has none.
#[cfg(not(board_timer))]
pub fn ticks() -> u32 {
    match CLOCK.0.try_borrow_mut().as_deref_mut() {
        Ok(Some(clock)) => clock.micros(),
        _ => 0,
    }
}
