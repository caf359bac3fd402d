//! The end of a program that cannot go on: one line of log with the place, which is kept over the restart, and no formatting.

use core::array;
use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, exception};
use heapless::{String, Vec};
use linked::chip;

use crate::pulse;

/// Marks a kept failure; what is in RAM after power was off is something else.
const KEPT: u32 = 0x6661_696c;

/// The longest place.
pub const MAX_PLACE: usize = 80;

/// Words of a place.
const PLACE_WORDS: usize = MAX_PLACE / 4;

/// A failure as it is kept: [`KEPT`], the place's length, the sum of it and the place, so that a half-written one is none, and the
/// place. Outside of what the start-up code clears.
#[unsafe(link_section = ".uninit.failure")]
static mut FAILURE: MaybeUninit<[u32; 3 + PLACE_WORDS]> = MaybeUninit::uninit();

/// Its first word.
fn words() -> *mut u32 {
    (&raw mut FAILURE).cast()
}

/// What ended the program before this start; nothing where power came on or the program was asked to stop. To be called once.
pub fn last() -> String<MAX_PLACE> {
    // SAFETY: it is memory of this program, any bits are words, and interrupts do not use it.
    let kept: [u32; 3 + PLACE_WORDS] = array::from_fn(|i| unsafe { words().add(i).read_volatile() });
    // SAFETY: as above.
    unsafe { words().write_volatile(0) };
    let [mark, length, sum, place @ ..] = kept;
    if mark != KEPT || sum != checksum(length, &place) {
        return String::new();
    }
    let mut text = Vec::new();
    for byte in place.into_iter().flat_map(u32::to_le_bytes).take(length as usize) {
        // As many as the place has: it always fits.
        let _ = text.push(byte);
    }
    String::from_utf8(text).unwrap_or_default()
}

fn checksum(length: u32, place: &[u32; PLACE_WORDS]) -> u32 {
    place.iter().fold(length, |sum, &word| sum.rotate_left(5) ^ word)
}

/// Keeps `text` over the restart.
fn keep(text: &str) {
    let mut bytes = text.bytes();
    let place = array::from_fn(|_| u32::from_le_bytes(array::from_fn(|_| bytes.next().unwrap_or(0))));
    let length = text.len().min(MAX_PLACE) as u32;
    for (i, word) in [KEPT, length, checksum(length, &place)].into_iter().chain(place).enumerate() {
        // SAFETY: it is memory of this program, as many words; whoever else reads it was interrupted for good.
        unsafe { words().add(i).write_volatile(word) };
    }
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
