//! The end of a program that cannot go on: one line of log with the place, which is kept over the restart, and no formatting.

use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, exception};
use heapless::String;
use linked::chip;

use crate::pulse;

/// Marks a kept failure; what is in RAM after power was off is something else.
const KEPT: u32 = 0x6661_696c;

/// The longest place.
pub const MAX_PLACE: usize = 80;

/// A failure as it is kept: no type that some bytes would not be a value of.
#[derive(Clone, Copy)]
#[repr(C)]
struct Kept {
    mark: u32,
    length: u32,
    text: [u8; MAX_PLACE],
    /// The sum of length and text, so that a half-written one is none.
    sum: u32,
}

/// Outside of what the start-up code clears.
#[unsafe(link_section = ".uninit.failure")]
static mut FAILURE: MaybeUninit<Kept> = MaybeUninit::uninit();

/// What ended the program before this start; nothing where power came on or the program was asked to stop. To be called once.
pub fn last() -> String<MAX_PLACE> {
    let kept = &raw mut FAILURE;
    // SAFETY: it is memory of this program, any bytes are a `Kept`, and interrupts do not use it.
    let Kept { mark, length, text, sum } = unsafe { kept.cast::<Kept>().read_volatile() };
    let text = text.get(..length as usize).filter(|text| mark == KEPT && sum == checksum(length, text));
    let text = text.and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default();
    // SAFETY: as above.
    unsafe { kept.cast::<u32>().write_volatile(0) };
    String::try_from(text).unwrap_or_default()
}

fn checksum(length: u32, text: &[u8]) -> u32 {
    text.iter().fold(length, |sum, &byte| sum.rotate_left(5) ^ u32::from(byte))
}

/// Keeps `place` over the restart.
fn keep(place: &str) {
    let mut text = [0; MAX_PLACE];
    let length = place.len().min(MAX_PLACE);
    text.iter_mut().zip(place.bytes()).for_each(|(to, from)| *to = from);
    let sum = checksum(length as u32, text.get(..length).unwrap_or_default());
    // SAFETY: it is memory of this program; whoever else reads it was interrupted for good.
    unsafe { (&raw mut FAILURE).cast::<Kept>().write_volatile(Kept { mark: KEPT, length: length as u32, text, sum }) };
}

/// Logs and keeps where it went wrong, then restarts, or stops where the build is told so.
fn end(what: &str, file: &str, number: u32, digits: fn(u32, &mut String<MAX_PLACE>)) -> ! {
    let mut place = String::new();
    // The end of a long path says more than its beginning.
    let room = MAX_PLACE - 30;
    let file = file.get(file.len().saturating_sub(room)..).unwrap_or_default();
    for part in [what, file] {
        // What does not fit is cut.
        let _ = place.push_str(part);
    }
    digits(number, &mut place);
    defmt::error!("{=str}", place.as_str());
    keep(&place);
    stop_or_restart()
}

/// The end, as the build is told.
fn stop_or_restart() -> ! {
    while cfg!(feature = "stop-on-failure") {
        // A debugger finds the program here; the watchdog must not.
        pulse::alive();
    }
    chip::fail()
}

/// `:` and a number, without the formatting machinery.
fn decimal(number: u32, text: &mut String<MAX_PLACE>) {
    let _ = text.push(':');
    let mut divisor = 1_000_000_000;
    while divisor > 1 && number < divisor {
        divisor /= 10;
    }
    while divisor > 0 {
        let digit = number.checked_div(divisor).unwrap_or(0) % 10;
        let _ = text.push(char::from(b'0' + digit as u8));
        divisor /= 10;
    }
}

/// An address in eight digits.
fn hexadecimal(number: u32, text: &mut String<MAX_PLACE>) {
    for shift in (0..8).rev() {
        let digit = (number >> (4 * shift)) as u8 & 15;
        let _ = text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    match info.location() {
        Some(location) => end("panic at ", location.file(), location.line(), decimal),
        None => end("panic", "", 0, decimal),
    }
}

/// `defmt::panic!` has logged its message already.
#[defmt::panic_handler]
fn defmt_panic() -> ! {
    keep("a failure that the log before the restart names");
    stop_or_restart()
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    end("hard fault at ", "", frame.pc(), hexadecimal)
}

#[exception]
unsafe fn DefaultHandler(exception: i16) -> ! {
    end("exception without a handler", "", exception.unsigned_abs().into(), decimal)
}
