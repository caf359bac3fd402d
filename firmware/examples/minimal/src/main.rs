//! A firmware of your own: the core alone, rows in, scores out. No link, no board, no crate of this repository but `switchback`.
//!
//! `MODEL` is the path of a model when this is built; `memory.x` is your board's.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use cortex_m::singleton;
use cortex_m_rt::entry;
use semihosting::{println, process};
use switchback::model::{Aligned, Model};
use switchback::stream::Session;

static MODEL: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("MODEL")));

/// `cargo xtask plan --model FILE` shows the plans and their lengths; a session takes the fastest one that fits.
const ARENA_BYTES: usize = 80 * 1024;

#[entry]
fn main() -> ! {
    let Ok(model) = Model::parse(&MODEL.0) else { process::exit(1) };
    let Some(arena) = singleton!(: Aligned<[u8; ARENA_BYTES]> = Aligned([0; ARENA_BYTES])) else { process::exit(2) };
    let Ok(mut session) = Session::new(&model, &mut arena.0) else { process::exit(3) };

    let input = model.network().input();
    let mut row = [0; 3 * 1024];
    let Some(row) = row.get_mut(..input.row_elements()) else { process::exit(4) };
    for y in 0..input.height {
        // In place of a camera: a bright square on a dark ground.
        for (x, pixel) in row.iter_mut().enumerate() {
            let inside = |at: usize, side: usize| (side / 3..side * 2 / 3).contains(&at);
            *pixel = if inside(y, input.height) && inside(x / input.channels, input.width) { 200 } else { 20 };
        }
        if session.push_row(row).is_err() {
            process::exit(5)
        }
    }
    let Ok(inference) = session.finish() else { process::exit(6) };
    for (name, score) in model.header().class_names.iter().zip(inference.scores()) {
        println!("{name}: {score}");
    }
    process::exit(0)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    process::exit(101)
}
