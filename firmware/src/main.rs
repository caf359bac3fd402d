//! Serves the model in a board's flash over its serial line: see `switchback::link` for the conversation, `application::slots`
//! for the model's place, and `keeper` for what else the device does.
//!
//! Logs go out by defmt; `cargo xtask flash` shows them.
#![no_std]
#![no_main]

mod failure;
mod keeper;
mod log;
mod pulse;
mod stack;
#[cfg(feature = "still")]
mod still;
mod watched;

use cortex_m as _; // critical sections, for the logger
use linked::{arena, board, chip, slots};
use switchback::link::{Device, Turn};
use switchback::model::Model;
use switchback::stream::Plan;

use keeper::{Attendant, Keeper};
use watched::Watched;

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    let last_error = failure::last();
    if !last_error.is_empty() {
        defmt::warn!("the last start ended: {=str}", last_error.as_str());
    }
    let mut parts = chip::start();
    pulse::start(parts.watchdog, parts.clock);
    let arena = arena::take();
    #[cfg(feature = "still")]
    let Some(mut camera) = still::Camera::new() else { defmt::panic!("the camera is taken once") };
    let Some(mut keeper) = Keeper::new(parts.flash, parts.alarm, last_error) else {
        defmt::panic!("slots: found others than the flash has, expected those of the manifest");
    };
    loop {
        let current = match keeper.slots.current() {
            Ok(Some(slot)) => slot,
            _ => defmt::panic!("model: found none in a slot, expected one (cargo xtask flash --model-only)"),
        };
        // An update writes the other slot only, and ends this turn before the next one writes here.
        let start = board::SLOTS.get(current.number).map_or(0, |range| range.start);
        let (from, to) = (current.model.start as usize - start, current.model.end as usize - start);
        let bytes = slots::bytes(current.number).get(from..to).unwrap_or_default();
        let model = match Model::parse(bytes) {
            Ok(model) => model,
            Err(error) => defmt::panic!("{}", error),
        };
        let plan = match Plan::read(model.network(), &current.plan) {
            Ok(plan) => plan,
            Err(error) => defmt::panic!("{}", error),
        };
        log::started(&model, &plan);
        let host = Attendant { keeper: &mut keeper, log: log::Log::new(&model) };
        let mut device = Device::new(Watched(&mut parts.link), &model, plan, arena, board::NAME, host);
        #[cfg(feature = "still")]
        let end = serve_and_watch(&mut device, &mut camera, model.network().input());
        #[cfg(not(feature = "still"))]
        let end = device.serve();
        match end {
            Ok(Turn::Updated) => {}
            Ok(_) => chip::restart(),
            Err(_) => defmt::panic!("serial line: found its end, expected bytes"),
        }
    }
}

/// Serves requests as they come, and judges frames of the camera in between.
#[cfg(feature = "still")]
fn serve_and_watch<S: embedded_io::Read + embedded_io::Write + embedded_io::ReadReady>(
    device: &mut Device<'_, S, Attendant<'_, '_>>,
    camera: &mut still::Camera,
    input: switchback::model::MapShape,
) -> Result<Turn, switchback::link::PortError<S::Error>> {
    loop {
        if !device.is_asked().map_err(switchback::link::PortError::Stream)? {
            camera.judge(input, device);
            continue;
        }
        match device.turn()? {
            Turn::Next | Turn::Idle => {}
            end => return Ok(end),
        }
    }
}
