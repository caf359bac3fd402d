//! Serves the model in a board's flash over its serial line: see `switchback::link` for the conversation.
//!
//! Logs go out by defmt through semihosting; `cargo xtask flash` shows them.
#![no_std]
#![no_main]

mod failure;
mod log;
mod uart;

use cortex_m as _; // critical sections, for the logger
use defmt_semihosting as _;
use linked::{arena, board};
use semihosting::process;
use switchback::link::Device;
use switchback::model::Model;

#[cortex_m_rt::entry]
fn main() -> ! {
    let model = match Model::parse(linked::model()) {
        Ok(model) => model,
        Err(error) => defmt::panic!("{}", error),
    };
    log::started(&model);
    let Ok(plan) = switchback::stream::Plan::read(model.network(), linked::PLAN) else { process::exit(3) };
    let mut device = Device::new(uart::Uart::start(), &model, plan, arena::take(), board::NAME, log::Log::new(&model));
    match device.serve() {
        Ok(_) => process::exit(0),
        Err(_) => defmt::panic!("the serial line has ended"),
    }
}
