//! What differs between families of chips, under the same names for each: the firmware's feature of a family's name chooses
//! its module.
//!
//! - [`start`] starts the clocks and gives the [`Parts`], once.
//! - `Link` is the serial line: bytes in and out by interrupts, and whether one is there; its errors are typed.
//! - `Alarm` is the pin of the manifest's `pins.alarm`; [`start`] switches it off (`board::ALARM_ACTIVE_HIGH`).
//! - `Flash` is the memory of the model's slots: address 0 is where the first slot starts, the capacity is that of all slots.
//! - `Watchdog` restarts a board that does not feed it.
//! - `Clock` counts milliseconds since the start; microseconds too where manifests name no counter.
//! - `restart` starts the program again, `fail` ends one that cannot go on.
//! - The family's transport of defmt's logs is linked: RTT, or semihosting in the emulator.

#[cfg(feature = "mps")]
mod cmsdk_uart;
#[cfg(feature = "mps")]
mod mps;
#[cfg(feature = "mps")]
use mps as family;
#[cfg(feature = "mps")]
mod ram_flash;

#[cfg(feature = "nrf52840")]
mod nrf52840;
#[cfg(feature = "nrf52840")]
use nrf52840 as family;

#[cfg(any(feature = "rp2040", feature = "rp235x"))]
mod rp;
#[cfg(any(feature = "rp2040", feature = "rp235x"))]
use rp as family;

#[cfg(feature = "stm32h743")]
mod stm32h743;
#[cfg(feature = "stm32h743")]
use stm32h743 as family;

#[cfg(not(feature = "mps"))]
mod hal_clock;
#[cfg(not(feature = "mps"))]
mod window;

pub use family::{Alarm, Clock, Flash, Link, Watchdog, fail, restart, start};

/// What a board has for a program.
pub struct Parts {
    /// The serial line.
    pub link: Link,
    /// The alarm's pin.
    pub alarm: Alarm,
    /// The memory of the model's slots.
    pub flash: Flash,
    /// The watchdog; it sleeps until it is started.
    pub watchdog: Watchdog,
    /// The time since the start.
    pub clock: Clock,
}

/// Bytes of the serial line that wait for the program: two frames of a part, sent while it computes.
#[cfg(not(feature = "mps"))]
const RECEIVE_BYTES: usize = 2 * switchback::link::frame::MAX_FRAME.next_multiple_of(4);
/// Bytes that the program has written and the serial line has not sent.
#[cfg(not(feature = "mps"))]
const SEND_BYTES: usize = 256;
