//! Links only if no panic is reachable from what the core offers a device: the panic handler calls a function that nobody has.
//!
//! `cargo xtask lint-boards` builds it for every board; it is never run.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::hint::black_box;
use core::panic::PanicInfo;

use cortex_m as _; // critical sections, for the arena
use embedded_io::{ErrorType, Read, Write};
use switchback::link::Device;
use switchback::model::{Aligned, Model};
use switchback::stream::{Checksums, Inference, Plan, Session};

/// Bytes of the arena; the code is the same for any.
const ARENA_BYTES: usize = 16 * 1024;

unsafe extern "C" {
    /// Defined nowhere: the linker names it where a panic can be reached.
    safe fn switchback_reaches_a_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    switchback_reaches_a_panic()
}

#[cortex_m_rt::entry]
fn main() -> ! {
    // Nothing is known to the compiler: neither the model's bytes nor what arrives.
    let arena = cortex_m::singleton!(: Aligned<[u8; ARENA_BYTES]> = Aligned([0; ARENA_BYTES]));
    if let (Some(arena), Ok(model)) = (arena, Model::parse(black_box(linked::model()))) {
        run(&model, &mut arena.0);
        let _ = black_box(Device::new(Line, &model, &mut arena.0, "", ()).serve());
    }
    loop {
        cortex_m::asm::wfi();
    }
}

fn run(model: &Model<'_>, arena: &mut [u8]) {
    let plan = Plan::within(model, black_box(arena.len()));
    black_box(plan.layers(model.network()).count());
    let Ok(mut session) = Session::with_plan(model, plan, arena, Checksums::new()) else { return };
    for row in linked::model().chunks(black_box(1).max(1)) {
        let _ = black_box(session.push_row(row));
    }
    if let Ok(inference) = session.finish() {
        read(&inference);
    }
    black_box(session.observer().iter().count());
}

fn read(inference: &Inference<'_>) {
    let row = black_box(0);
    black_box((inference.scores().len(), inference.margin(), inference.is_positive(), inference.shape()));
    black_box((inference.map_row(row, row), inference.label_row(row)));
}

/// A line of which nothing is known.
struct Line;

impl ErrorType for Line {
    type Error = Infallible;
}

impl Read for Line {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        if let Some(first) = bytes.first_mut() {
            *first = black_box(0);
        }
        Ok(black_box(bytes.len()))
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
