//! Raspberry Pi's RP2040 and RP2350, by embassy-rp.

use cortex_m::peripheral::SCB;
use cortex_m::singleton;
use defmt_rtt as _;
use embassy_rp::flash::{self, Blocking};
use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::{self, FLASH};
use embassy_rp::uart::{self, BufferedInterruptHandler, BufferedUart};
use embassy_rp::{bind_interrupts, watchdog};
use embassy_time::Duration;

pub use super::hal_clock::Clock;
use super::window::Window;
use super::{Parts, RECEIVE_BYTES, SEND_BYTES};
use crate::board;

/// The serial line.
pub type Link = BufferedUart;
/// The alarm's pin.
pub type Alarm = Output<'static>;

/// Where the flash is in the processor's addresses.
const FLASH_ORIGIN: usize = 0x1000_0000;
/// Where the slots start in the flash.
const MODEL_OFFSET: usize = board::MODEL_REGION.origin - FLASH_ORIGIN;
/// The flash up to the end of the slots.
type ChipFlash = flash::Flash<'static, FLASH, Blocking, { MODEL_OFFSET + board::MODEL_REGION.bytes }>;
/// The memory of the model's slots.
pub type Flash = Window<ChipFlash, { MODEL_OFFSET as u32 }, { board::MODEL_REGION.bytes as u32 }>;

/// What the manifest chooses: `build.rs` writes a call of this.
macro_rules! pins {
    (uart: $uart:ident, interrupt: $interrupt:ident, tx: $tx:ident, rx: $rx:ident, alarm: $alarm:ident) => {
        bind_interrupts!(struct Interrupts {
            $interrupt => BufferedInterruptHandler<peripherals::$uart>;
        });

        /// Starts the board.
        ///
        /// # Panics
        /// When it was started before.
        pub fn start() -> Parts {
            let parts = embassy_rp::init(embassy_rp::config::Config::default());
            let (Some(receive), Some(send)) = (
                singleton!(: [u8; RECEIVE_BYTES] = [0; RECEIVE_BYTES]),
                singleton!(: [u8; SEND_BYTES] = [0; SEND_BYTES]),
            ) else {
                defmt::panic!("the board is started once")
            };
            let mut line = uart::Config::default();
            line.baudrate = board::UART_BAUD;
            let off = if board::ALARM_ACTIVE_HIGH { Level::Low } else { Level::High };
            Parts {
                link: BufferedUart::new(parts.$uart, parts.$tx, parts.$rx, Interrupts, send, receive, line),
                alarm: Output::new(parts.$alarm, off),
                flash: Window::new(ChipFlash::new_blocking(parts.FLASH)),
                watchdog: Watchdog { driver: watchdog::Watchdog::new(parts.WATCHDOG), period: None },
                clock: Clock,
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/pins.rs"));

/// Starts the program again.
pub fn restart() -> ! {
    SCB::sys_reset()
}

/// Ends a program that cannot go on: it starts again.
pub fn fail() -> ! {
    SCB::sys_reset()
}

/// The watchdog.
pub struct Watchdog {
    driver: watchdog::Watchdog,
    period: Option<Duration>,
}

impl Watchdog {
    /// The longest period that the RP2040's counter holds, in milliseconds.
    pub const MOST_MILLIS: u32 = 8_300;

    /// From now on the board restarts where it is not fed for `millis` milliseconds, or [`Self::MOST_MILLIS`] where that is
    /// shorter.
    pub fn start(&mut self, millis: u32) {
        let period = Duration::from_millis(millis.min(Self::MOST_MILLIS).into());
        self.driver.start(period);
        self.period = Some(period);
    }

    /// Feeds it.
    pub fn feed(&mut self) {
        if let Some(period) = self.period {
            self.driver.feed(period);
        }
    }
}
