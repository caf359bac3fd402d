//! Runs the property tests of the core's back end on the board: prints each function of it that gives what the portable code gives, and
//! ends with a failure at the first one that does not. `cargo xtask check-back-ends` runs it in the emulator.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use cortex_m as _; // critical sections, for the logger
use cortex_m_rt::{ExceptionFrame, exception};
use linked as _; // the board's memory map, and where the core's logs go
use semihosting::{eprintln, println, process};
use switchback::back_end_checks;

#[cortex_m_rt::entry]
fn main() -> ! {
    match back_end_checks::run(|function| println!("{function}")) {
        Ok(()) => process::exit(0),
        Err(difference) => {
            eprintln!("{difference}");
            process::exit(1)
        }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    eprintln!("{info}");
    process::exit(1)
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    eprintln!("hard fault at {:#010x}, called from {:#010x}", frame.pc(), frame.lr());
    process::exit(1)
}
