//! Calls the public interface of the core, and of the slots of the application, with values that the compiler cannot know. Its
//! panic handler calls a function that does not exist: where a panic is reachable from here, this program does not link.
//!
//! It is never run (`cargo xtask check-no-panic`).
#![no_std]
#![no_main]

mod flash;
mod line;

use core::hint::black_box;
use core::panic::PanicInfo;

use application::slots::{NewModel, Slots};
use flash::Flash;
use line::Line;
use switchback::frame::{BoxFilter, Crop};
use switchback::link::{Device, Host, Port, Request, check_new_model};
use switchback::model::{MapShape, Model, Network};
use switchback::numeric::{Gain, Multiplier, exp_negative_q31, isqrt, ln_q24, requantize};
use switchback::stream::{Checksums, Inference, KernelSet, MAX_STORED_PLAN, Phase, Plan, Session};

unsafe extern "C" {
    fn a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: it is never called: a program that could call it does not link.
    unsafe { a_panic_is_reachable() }
}

/// Where the linker starts from. `memory` and `arena` are `bytes` long each.
///
/// # Safety
/// Never called: this program is linked, not run.
#[unsafe(no_mangle)]
unsafe extern "C" fn _start(memory: *mut u8, arena: *mut u8, bytes: usize) -> ! {
    // SAFETY: as the function's.
    let memory = unsafe { core::slice::from_raw_parts(memory, bytes) };
    // SAFETY: as the function's.
    let arena = unsafe { core::slice::from_raw_parts_mut(arena, bytes) };
    numbers();
    frames(memory);
    slots(memory);
    if let Ok(model) = Model::parse(memory) {
        models(&model);
        plans(&model, memory);
        images(&model, memory, arena);
    }
    black_box(check_new_model(memory, memory, any()).is_ok());
    loop {
        core::hint::spin_loop();
    }
}

/// A number that could be any.
fn any<T: From<u8>>() -> T {
    black_box(T::from(black_box(7)))
}

fn numbers() {
    let a: i64 = any();
    black_box((isqrt(any()), ln_q24(any()), exp_negative_q31(any())));
    black_box(Gain::new(any(), black_box(3)));
    if let Some(multiplier) = Multiplier::new(any()) {
        black_box(requantize(black_box(a as i32), multiplier));
    }
}

fn shape() -> MapShape {
    MapShape { width: any(), height: any(), channels: any() }
}

fn frames(memory: &[u8]) {
    let (frame, input) = (shape(), shape());
    let crop = if any::<u8>() > 3 { Crop::centered(frame, input) } else { Crop::whole(frame) };
    let (mut sums, mut row) = ([0_u32; 3072], [0_u8; 3072]);
    if let Ok(mut filter) = BoxFilter::new(frame, crop, input, &mut sums, &mut row) {
        while black_box(filter.push_row(memory).is_ok()) {}
    }
}

fn slots(memory: &[u8]) {
    let Ok(mut slots) = Slots::new(Flash, any::<u32>()..any(), Some(any()..any())) else { return };
    if let Ok(Some(slot)) = slots.current() {
        black_box(slot.bytes(memory));
    }
    let new = NewModel { bytes: any(), crc32: any(), plan: memory };
    black_box(slots.begin(&new).is_ok());
    black_box(slots.write(any(), memory).is_ok());
    black_box(slots.progress(any()));
    black_box(slots.verify(|_, slot| if slot.sequence > any::<u32>() { Err(()) } else { Ok(()) }).is_ok());
    black_box(slots.commit().is_ok());
}

fn models(model: &Model<'_>) {
    let index = any();
    black_box((model.convolution(index), model.head_weights(index), model.stage_gain(index)));
    black_box((model.deconvolution_multiplier(index), model.input_table(), model.exponentials()));
    let network = model.network();
    black_box((network.stage_shape(index), network.expansion_shift(index), network.macs(), network.map_shape()));
    black_box(network.convolution_name(index));
    for layer in network.decoder() {
        black_box(network.deconvolution_name(layer));
    }
    black_box(Network::new(network.spec().clone()).is_ok());
}

fn plans(model: &Model<'_>, memory: &[u8]) {
    let network = model.network();
    let kinds = if any::<u8>() > 3 { KernelSet::ALL } else { KernelSet::LINKED };
    let mut buffer = [0; MAX_STORED_PLAN];
    for plan in [Plan::new(network), Plan::within(model, any()), Plan::within_of(model, any(), kinds)] {
        black_box(plan.write(&mut buffer));
        black_box((plan.arena_bytes(), plan.phase_bytes(Phase::Decode), plan.is_linked(network), plan.kinds(network)));
        for part in plan.parts() {
            black_box((part.range(), part.name(network)));
        }
    }
    black_box(Plan::read(network, memory).is_ok());
}

fn images(model: &Model<'_>, memory: &[u8], arena: &mut [u8]) {
    if let Ok(plan) = Plan::read(model.network(), memory)
        && let Ok(mut session) = Session::with_plan(model, plan, arena, Checksums::default())
    {
        image(&mut session, memory);
    }
    if let Ok(mut session) = Session::new(model, arena) {
        image(&mut session, memory);
    }
    let mut device = Device::new(Line, model, Plan::new(model.network()), arena, "board", Program);
    black_box(device.serve().is_ok());
    black_box(Port::new(Line).receive::<Request<'_>>().is_ok());
}

fn image<O: switchback::stream::Observer>(session: &mut Session<'_, O>, memory: &[u8]) {
    while black_box(session.push_row(memory).is_ok()) {}
    black_box((session.rows(), session.missing_rows()));
    if let Ok(inference) = session.finish() {
        look_at(&inference);
    }
    session.restart();
}

fn look_at(inference: &Inference<'_>) {
    black_box((inference.scores(), inference.margin(), inference.is_positive(), inference.decision()));
    black_box((inference.shape(), inference.map_row(any(), any()), inference.label_row(any())));
}

/// The program around the device, whose answers the compiler cannot know.
struct Program;

impl Host for Program {
    fn judged(&mut self, inference: &Inference<'_>) {
        look_at(inference);
    }

    fn model_room(&self) -> u32 {
        any()
    }

    fn begin_update(&mut self, _: u32, _: u32, _: &[u8]) -> Result<u32, switchback::link::UpdateError> {
        Ok(any())
    }

    fn write_update(&mut self, _: u32, _: u32, _: &[u8]) -> Result<u32, switchback::link::UpdateError> {
        Ok(any())
    }
}
