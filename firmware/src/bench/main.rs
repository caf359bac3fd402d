//! Measures one whole image, layer by layer, in ticks of the board's timer, and prints a JSON object a layer by semihosting.
//!
//! What is measured is right: every layer of every plan is compared with the definition's on the board itself, whose checksums
//! for one image are printed for the host to compare; with the argument `host`, the plan's are. With the argument `plans` plans
//! in less and less memory are measured as well, else the fastest, and what belongs to no layer.
//!
//! `cargo xtask bench` runs it where every instruction takes the same virtual time, and turns ticks into instructions.
#![no_std]
#![no_main]

mod layer;
mod operations;
mod profile;

use core::cell::RefCell;
use core::panic::PanicInfo;

use bench_inputs::images::Image;
use cortex_m as _; // critical sections, for the logger
use cortex_m_rt::{ExceptionFrame, exception};
use linked::counter::{self, Counter};
use linked::{MODELS, arena, board};
use profile::{Profile, Watch};
use semihosting::experimental::env;
use semihosting::{eprintln, println, process};
use switchback::model::Model;
use switchback::stream::{Checksums, Plan, Session};

/// Bytes of the longest row of an image: the widest, in colour.
const ROW_BYTES: usize = 1024 * 3;
/// The model whose last convolution is measured with and without its pool.
const POOLED: &str = "k3-32-32-32-d50";
/// Bytes of the longest command line.
const ARGUMENT_BYTES: usize = 256;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The fastest plan, every image.
    Fastest,
    /// The definition, the fastest plan, and plans in less and less memory.
    EveryPlan,
    /// The fastest plan of a model whose definition would take too long here.
    ComparedByHost,
}

impl Scope {
    fn of_command_line() -> Self {
        let Ok(arguments) = env::args::<ARGUMENT_BYTES>() else { return Self::Fastest };
        let scopes = (&arguments).into_iter().filter_map(|argument| match argument {
            Ok("plans") => Some(Self::EveryPlan),
            Ok("host") => Some(Self::ComparedByHost),
            _ => None,
        });
        scopes.last().unwrap_or(Self::Fastest)
    }
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let scope = Scope::of_command_line();
    let timer = Counter::start();
    // What a tick is, measured, beside what the manifest says.
    let ((), ticks) = timer.time(counter::known_loop);
    println!("{{\"instructions\":{},\"ticks\":{ticks}}}", counter::KNOWN_INSTRUCTIONS);
    let profile = RefCell::new(Profile::new(timer));
    let arena = arena::take();
    for (name, bytes) in MODELS {
        let (model, ticks) = timer.time(|| Model::parse(bytes));
        let model = match model {
            Ok(model) => model,
            Err(error) => panic!("{error}"),
        };
        println!("{{\"board\":\"{}\",\"model\":\"{name}\",\"crc32\":\"{:08x}\"}}", board::NAME, model.crc32());
        layer::print_once("parse", ticks);
        // What kernels take says little about images.
        let [image, ..] = Image::ALL;
        if scope == Scope::EveryPlan {
            measure_plans(&model, image, arena, &profile);
            continue;
        }
        let (plan, ticks) = timer.time(|| Plan::within(&model, arena.len()));
        layer::print_once("plan", ticks);
        if scope == Scope::ComparedByHost {
            measure(&model, &plan, image, arena, &profile);
            print_checksums(&model, image, profile.borrow().checksums());
            layer::print(model.network(), &plan, image, &profile.borrow());
            continue;
        }
        for image in Image::ALL {
            let definition = Plan::new(model.network());
            measure(&model, &definition, image, arena, &profile);
            let reference = profile.borrow().checksums().clone();
            if image == Image::Textured {
                print_checksums(&model, image, &reference);
            }
            measure_plan(&model, &plan, image, arena, &profile, &reference);
        }
    }
    if scope == Scope::EveryPlan {
        print_operations(timer);
    }
    process::exit(0)
}

/// The definition, the fastest plan, and plans in half the memory, again and again.
fn measure_plans(model: &Model<'_>, image: Image, arena: &mut [u8], profile: &RefCell<Profile>) {
    let network = model.network();
    let definition = Plan::new(network);
    measure(model, &definition, image, arena, profile);
    let reference = profile.borrow().checksums().clone();
    print_checksums(model, image, &reference);
    layer::print(network, &definition, image, &profile.borrow());
    let mut budget = arena.len();
    loop {
        let plan = Plan::within(model, budget);
        measure_plan(model, &plan, image, arena, profile, &reference);
        // The smallest arena there is may suffice for a fast plan.
        if plan.arena_bytes() <= definition.arena_bytes() {
            return;
        }
        // There may be hundreds of plans; a few say how kernels go with memory.
        budget = plan.arena_bytes() / 2;
    }
}

/// What belongs to no layer, with the numbers of the models; the pool's is the last convolution of one of them.
fn print_operations(timer: Counter) {
    for (name, bytes) in MODELS {
        let Ok(model) = Model::parse(bytes) else { continue };
        if name == POOLED {
            operations::print(timer, &model);
        }
    }
}

/// One image by a plan whose every layer must be what the definition gives.
fn measure_plan(
    model: &Model<'_>,
    plan: &Plan,
    image: Image,
    arena: &mut [u8],
    profile: &RefCell<Profile>,
    reference: &Checksums,
) {
    measure(model, plan, image, arena, profile);
    compare(model, reference, profile.borrow().checksums());
    layer::print(model.network(), plan, image, &profile.borrow());
}

/// A line for each tap, for the host to compare.
fn print_checksums(model: &Model<'_>, image: Image, checksums: &Checksums) {
    for (tap, checksum) in checksums.iter() {
        let (image, tap) = (image.name(), tap.name(model.network()));
        println!("{{\"image\":\"{image}\",\"tap\":\"{tap}\",\"checksum\":\"{checksum:08x}\"}}");
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
