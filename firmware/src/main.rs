//! Serves the model in a board's flash over its serial line: see `switchback::link` for the conversation.
//!
//! Logs go out by defmt; `cargo xtask flash` shows them.
#![no_std]
#![no_main]

mod failure;
mod log;

use cortex_m as _; // critical sections, for the logger
use linked::{arena, board, chip};
use switchback::link::Device;
use switchback::model::Model;

#[cortex_m_rt::entry]
fn main() -> ! {
    let model = match Model::parse(linked::model()) {
        Ok(model) => model,
        Err(error) => defmt::panic!("{}", error),
    };
    log::started(&model);
    let parts = chip::start();
    let mut device = Device::new(parts.link, &model, arena::take(), board::NAME, log::Log::new(&model));
    match device.serve() {
        Ok(()) => chip::restart(),
        Err(_) => defmt::panic!("the serial line has ended"),
    }
}
