//! Nordic's nRF52840, by embassy-nrf.

use cortex_m::peripheral::SCB;
use cortex_m::singleton;
use defmt_rtt as _;
use embassy_futures::block_on;
use embassy_nrf::buffered_uarte::{self, BufferedUarte};
use embassy_nrf::config::{Config, HfclkSource};
use embassy_nrf::gpio::{Level, Output, OutputDrive};
use embassy_nrf::nvmc::Nvmc;
use embassy_nrf::peripherals::WDT;
use embassy_nrf::uarte::{self, Baudrate};
use embassy_nrf::{Peri, bind_interrupts, peripherals, wdt};
use embedded_io::{ErrorType, Read, ReadReady, Write};

pub use super::hal_clock::Clock;
use super::window::Window;
use super::{Parts, RECEIVE_BYTES, SEND_BYTES};
use crate::board;

/// The alarm's pin.
pub type Alarm = Output<'static>;
/// The memory of the model's slots.
pub type Flash = Window<Nvmc<'static>, { board::MODEL_REGION.origin as u32 }, { board::MODEL_REGION.bytes as u32 }>;

/// What the manifest chooses: `build.rs` writes a call of this.
macro_rules! pins {
    (uart: $uart:ident, interrupt: $interrupt:ident, tx: $tx:ident, rx: $rx:ident, alarm: $alarm:ident) => {
        bind_interrupts!(struct Interrupts {
            $interrupt => buffered_uarte::InterruptHandler<peripherals::$uart>;
        });

        /// Starts the board.
        ///
        /// # Panics
        /// When it was started before.
        pub fn start() -> Parts {
            let mut config = Config::default();
            // The serial line needs its accuracy.
            config.hfclk_source = HfclkSource::ExternalXtal;
            let parts = embassy_nrf::init(config);
            let (Some(receive), Some(send)) = (
                singleton!(: [u8; RECEIVE_BYTES] = [0; RECEIVE_BYTES]),
                singleton!(: [u8; SEND_BYTES] = [0; SEND_BYTES]),
            ) else {
                defmt::panic!("the board is started once")
            };
            let mut line = uarte::Config::default();
            line.baudrate = BAUD;
            let uart = BufferedUarte::new(
                parts.$uart, parts.TIMER0, parts.PPI_CH0, parts.PPI_CH1, parts.PPI_GROUP0, parts.$rx, parts.$tx, Interrupts,
                line, receive, send,
            );
            let off = if board::ALARM_ACTIVE_HIGH { Level::Low } else { Level::High };
            Parts {
                link: Link(uart),
                alarm: Output::new(parts.$alarm, off, OutputDrive::Standard),
                flash: Window::new(Nvmc::new(parts.NVMC)),
                watchdog: Watchdog::Asleep(parts.WDT),
                clock: Clock,
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/pins.rs"));

/// The register's value: baud rate times 2^32 / 16 MHz, of which the lowest 12 bits are ignored.
const BAUD: Baudrate =
    Baudrate::from_bits(((((board::UART_BAUD as u64) << 32) / 16_000_000 + 0x800) & 0xffff_f000) as u32);

/// Starts the program again.
pub fn restart() -> ! {
    SCB::sys_reset()
}

/// Ends a program that cannot go on: it starts again.
pub fn fail() -> ! {
    SCB::sys_reset()
}

/// The serial line. The chip's crate has it for programs that wait in other ways; here it is waited for.
pub struct Link(BufferedUarte<'static>);

impl ErrorType for Link {
    type Error = buffered_uarte::Error;
}

impl Read for Link {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Self::Error> {
        block_on(self.0.read(bytes))
    }
}

impl ReadReady for Link {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        self.0.read_ready()
    }
}

impl Write for Link {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        block_on(self.0.write(bytes))
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        block_on(self.0.flush())
    }
}

/// The watchdog. It survives a restart of the program, which then has to feed it at once and by the period it was started
/// with.
pub enum Watchdog {
    /// Not started.
    Asleep(Peri<'static, WDT>),
    /// Started; it cannot be stopped.
    Awake(wdt::WatchdogHandle),
    /// Started by an earlier program with another period, which cannot be changed.
    Foreign,
}

impl Watchdog {
    /// From now on the board restarts where it is not fed for `millis` milliseconds.
    pub fn start(&mut self, millis: u32) {
        if let Self::Asleep(peripheral) = core::mem::replace(self, Self::Foreign) {
            let mut config = wdt::Config::default();
            config.timeout_ticks = (u64::from(millis) * 32_768 / 1000).try_into().unwrap_or(u32::MAX);
            *self = match wdt::Watchdog::try_new(peripheral, config) {
                Ok((_, [handle])) => Self::Awake(handle),
                Err(_) => Self::Foreign,
            };
        }
    }

    /// Feeds it.
    pub fn feed(&mut self) {
        if let Self::Awake(handle) = self {
            handle.pet();
        }
    }
}
