//! The end of a program that cannot go on: it says why, then a board starts again and an emulator ends with a failure.

use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, exception};
use linked::chip;

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    chip::fail()
}

/// `defmt::panic!` has logged its message already.
#[defmt::panic_handler]
fn defmt_panic() -> ! {
    chip::fail()
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    defmt::error!("hard fault at {=u32:#010x}, called from {=u32:#010x}", frame.pc(), frame.lr());
    chip::fail()
}
