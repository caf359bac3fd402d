//! Measures one whole image, layer by layer, in ticks of the board's timer, and prints a JSON object a layer by semihosting.
//!
//! Every layer of every plan is compared with the definition's on the board itself: what is measured is right. With the argument
//! `plans` plans in less and less memory are measured as well, else the fastest.
//!
//! `cargo xtask bench` runs it where every instruction takes the same virtual time, and turns ticks into instructions.
#![no_std]
#![no_main]

mod layer;
mod profile;
mod timer;

use core::cell::RefCell;
use core::panic::PanicInfo;

use bench_inputs::images::Image;
use cortex_m as _; // critical sections, for the logger
use cortex_m_rt::{ExceptionFrame, exception};
use defmt_semihosting as _; // the core can log its errors
use linked::{MODELS, arena, board};
use profile::{Profile, Watch};
use semihosting::experimental::env;
use semihosting::{eprintln, println, process};
use switchback::model::Model;
use switchback::stream::{Checksums, Plan, Session};
use timer::Timer;

/// Bytes of the longest row of an image: the widest, in colour.
const ROW_BYTES: usize = 1024 * 3;
/// Bytes of the longest command line.
const ARGUMENT_BYTES: usize = 256;

#[cortex_m_rt::entry]
fn main() -> ! {
    let every_plan = match env::args::<ARGUMENT_BYTES>() {
        Ok(arguments) => (&arguments).into_iter().any(|argument| argument == Ok("plans")),
        Err(_) => false,
    };
    let profile = RefCell::new(Profile::new(Timer::start()));
    let arena = arena::take();
    for (name, bytes) in MODELS {
        let model = match Model::parse(bytes) {
            Ok(model) => model,
            Err(error) => panic!("{error}"),
        };
        println!("{{\"board\":\"{}\",\"model\":\"{name}\",\"crc32\":\"{:08x}\"}}", board::NAME, model.crc32());
        // What kernels take says little about images.
        let images = if every_plan { &Image::ALL[..1] } else { &Image::ALL };
        for &image in images {
            measure_plans(&model, image, arena, &profile, every_plan);
        }
    }
    process::exit(0)
}

/// The fastest plan; where `every_plan` is asked for, the definition as well, and plans in half the memory, again and again.
fn measure_plans(model: &Model<'_>, image: Image, arena: &mut [u8], profile: &RefCell<Profile>, every_plan: bool) {
    let network = model.network();
    let definition = Plan::new(network);
    measure(model, &definition, image, arena, profile);
    let reference = profile.borrow().checksums().clone();
    if every_plan {
        layer::print(network, &definition, image, &profile.borrow());
    }
    let mut budget = arena.len();
    loop {
        let plan = Plan::within(model, budget);
        measure(model, &plan, image, arena, profile);
        compare(model, &reference, profile.borrow().checksums());
        layer::print(network, &plan, image, &profile.borrow());
        // The smallest arena there is may suffice for a fast plan.
        if !every_plan || plan.arena_bytes() <= definition.arena_bytes() {
            return;
        }
        // There may be hundreds of plans; a few say how kernels go with memory.
        budget = plan.arena_bytes() / 2;
    }
}

/// One image through the model; how its rows come to be is not measured.
fn measure(model: &Model<'_>, plan: &Plan, image: Image, arena: &mut [u8], profile: &RefCell<Profile>) {
    let input = model.network().input();
    let mut memory = [0; ROW_BYTES];
    let Some(row) = memory.get_mut(..input.row_elements()) else { panic!("a row is longer than {ROW_BYTES} bytes") };
    let mut session = match Session::with_plan(model, plan.clone(), arena, Watch(profile)) {
        Ok(session) => session,
        Err(error) => panic!("{error}"),
    };
    profile.borrow_mut().clear();
    for y in 0..input.height {
        image.fill_row(input, y, row);
        profile.borrow_mut().resume();
        if let Err(error) = session.push_row(row) {
            panic!("{error}");
        }
        profile.borrow_mut().pause();
    }
    profile.borrow_mut().resume();
    if let Err(error) = session.finish() {
        panic!("{error}");
    }
    profile.borrow_mut().pause();
}

/// Ends the program where a tap is not what the definition gives.
fn compare(model: &Model<'_>, expected: &Checksums, found: &Checksums) {
    for (tap, checksum) in expected.iter() {
        if !found.iter().any(|other| other == (tap, checksum)) {
            panic!("{}: found other values than the definition gives", tap.name(model.network()));
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
