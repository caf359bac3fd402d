//! ST's STM32H743, by embassy-stm32.

use cortex_m::Peripherals;
use cortex_m::peripheral::{CPUID, SCB};
use cortex_m::singleton;
use defmt_rtt as _;
use embassy_stm32::flash::{self, Blocking};
use embassy_stm32::gpio::{Level, Output, Speed};
use embassy_stm32::peripherals::{self, IWDG1};
use embassy_stm32::rcc::{
    AHBPrescaler, APBPrescaler, HSIPrescaler, Pll, PllDiv, PllMul, PllPreDiv, PllSource, Sysclk, VoltageScale,
};
use embassy_stm32::usart::{self, BufferedInterruptHandler, BufferedUart};
use embassy_stm32::wdg::IndependentWatchdog;
use embassy_stm32::{Config, Peri, bind_interrupts};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

pub use super::hal_clock::Clock;
use super::window::Window;
use super::{Parts, RECEIVE_BYTES, SEND_BYTES};
use crate::board;

/// The serial line.
pub type Link = BufferedUart<'static>;
/// The alarm's pin.
pub type Alarm = Output<'static>;

/// Where the flash is in the processor's addresses.
const FLASH_ORIGIN: usize = 0x0800_0000;
/// The memory of the model's slots.
pub type Flash =
    Window<CachedFlash, { (board::MODEL_REGION.origin - FLASH_ORIGIN) as u32 }, { board::MODEL_REGION.bytes as u32 }>;

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
            let parts = embassy_stm32::init(clocks());
            let (Some(receive), Some(send), Some(mut processor)) = (
                singleton!(: [u8; RECEIVE_BYTES] = [0; RECEIVE_BYTES]),
                singleton!(: [u8; SEND_BYTES] = [0; SEND_BYTES]),
                Peripherals::take(),
            ) else {
                defmt::panic!("the board is started once")
            };
            processor.SCB.enable_icache();
            processor.SCB.enable_dcache(&mut processor.CPUID);
            let mut line = usart::Config::default();
            line.baudrate = board::UART_BAUD;
            let Ok(link) = BufferedUart::new(parts.$uart, parts.$rx, parts.$tx, send, receive, Interrupts, line) else {
                defmt::panic!("UART: found {} baud, expected what its clock can give", board::UART_BAUD)
            };
            let off = if board::ALARM_ACTIVE_HIGH { Level::Low } else { Level::High };
            let flash = flash::Flash::new_blocking(parts.FLASH);
            Parts {
                link,
                alarm: Output::new(parts.$alarm, off, Speed::Low),
                flash: Window::new(CachedFlash { flash, scb: processor.SCB, cpuid: processor.CPUID }),
                watchdog: Watchdog::Asleep(parts.IWDG1),
                clock: Clock,
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/pins.rs"));

/// 400 MHz from the internal oscillator, which every board has.
fn clocks() -> Config {
    let mut config = Config::default();
    let rcc = &mut config.rcc;
    rcc.hsi = Some(HSIPrescaler::DIV1);
    rcc.pll1 = Some(Pll {
        source: PllSource::HSI,
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL50,
        fracn: None,
        divp: Some(PllDiv::DIV2),
        divq: None,
        divr: None,
    });
    rcc.sys = Sysclk::PLL1_P;
    rcc.ahb_pre = AHBPrescaler::DIV2;
    rcc.apb1_pre = APBPrescaler::DIV2;
    rcc.apb2_pre = APBPrescaler::DIV2;
    rcc.apb3_pre = APBPrescaler::DIV2;
    rcc.apb4_pre = APBPrescaler::DIV2;
    rcc.voltage_scale = VoltageScale::Scale1;
    config
}

/// Starts the program again.
pub fn restart() -> ! {
    SCB::sys_reset()
}

/// Ends a program that cannot go on: it starts again.
pub fn fail() -> ! {
    SCB::sys_reset()
}

/// The flash behind the data cache, which does not notice that it changes.
pub struct CachedFlash {
    flash: flash::Flash<'static, Blocking>,
    scb: SCB,
    cpuid: CPUID,
}

impl ErrorType for CachedFlash {
    type Error = flash::Error;
}

impl ReadNorFlash for CachedFlash {
    const READ_SIZE: usize = flash::Flash::<Blocking>::READ_SIZE;

    fn read(&mut self, from: u32, bytes: &mut [u8]) -> Result<(), flash::Error> {
        self.flash.read(from, bytes)
    }

    fn capacity(&self) -> usize {
        self.flash.capacity()
    }
}

impl NorFlash for CachedFlash {
    const WRITE_SIZE: usize = flash::Flash::<Blocking>::WRITE_SIZE;
    const ERASE_SIZE: usize = flash::Flash::<Blocking>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), flash::Error> {
        let result = self.flash.erase(from, to);
        self.scb.clean_invalidate_dcache(&mut self.cpuid);
        result
    }

    fn write(&mut self, from: u32, bytes: &[u8]) -> Result<(), flash::Error> {
        let result = self.flash.write(from, bytes);
        self.scb.clean_invalidate_dcache(&mut self.cpuid);
        result
    }
}

/// The watchdog.
pub enum Watchdog {
    /// Not started.
    Asleep(Peri<'static, IWDG1>),
    /// Started; it cannot be stopped.
    Awake(IndependentWatchdog<'static, IWDG1>),
    /// Between the two.
    Starting,
}

impl Watchdog {
    /// The longest period that its counter holds, in milliseconds.
    pub const MOST_MILLIS: u32 = 32_000;

    /// From now on the board restarts where it is not fed for `millis` milliseconds, or [`Self::MOST_MILLIS`] where that is
    /// shorter.
    pub fn start(&mut self, millis: u32) {
        match core::mem::replace(self, Self::Starting) {
            Self::Asleep(peripheral) => {
                let micros = millis.clamp(1, Self::MOST_MILLIS) * 1000;
                let mut driver = IndependentWatchdog::new(peripheral, micros);
                driver.unleash();
                *self = Self::Awake(driver);
            }
            started => *self = started,
        }
    }

    /// Feeds it.
    pub fn feed(&mut self) {
        if let Self::Awake(driver) = self {
            driver.pet();
        }
    }
}
