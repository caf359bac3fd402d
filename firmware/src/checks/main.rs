//! Runs the property tests of the core's back end on the board: prints each function of it that gives what the portable code gives, and
//! ends with a failure at the first one that does not. Then field updates whose power goes away. `cargo xtask check-back-ends` runs
//! it in the emulator.
#![no_std]
#![no_main]

mod power_cuts;

use core::panic::PanicInfo;

use cortex_m as _; // critical sections, for the logger
use cortex_m_rt::{ExceptionFrame, exception};
use linked as _; // the board's memory map, and where the core's logs go
use semihosting::{eprintln, println, process};
use switchback::back_end_checks;

#[cortex_m_rt::entry]
fn main() -> ! {
    match back_end_checks::run(|function| println!("{function}")) {
        Ok(()) => {}
        Err(difference) => {
            eprintln!("{difference}");
            process::exit(1)
        }
    }
    let Some(memory) = cortex_m::singleton!(: [u8; power_cuts::MEMORY] = [0; power_cuts::MEMORY]) else {
        process::exit(1)
    };
    match power_cuts::run(memory) {
        Ok(cuts) => println!("{POWER_CUTS} {cuts}"),
        Err(cut) => {
            eprintln!("field update cut after {cut} bytes: found no whole model, or no next update, expected one");
            process::exit(1)
        }
    }
    process::exit(0)
}

/// What the line about field updates begins with.
const POWER_CUTS: &str = "field updates cut, one at every byte:";

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
