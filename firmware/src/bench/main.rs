//! Measures one whole image, layer by layer, in ticks of the board's timer, and prints a JSON object a layer by semihosting.
//!
//! `cargo xtask bench` runs it where every instruction takes the same virtual time, and turns ticks into instructions.
#![no_std]
#![no_main]

mod images;
mod profile;
mod timer;

use core::panic::PanicInfo;

use cortex_m as _; // critical sections, for the logger
use cortex_m_rt::{ExceptionFrame, exception};
use defmt_semihosting as _; // the core can log its errors
use images::Image;
use linked::{MODEL, arena, board};
use profile::Profile;
use semihosting::{eprintln, println, process};
use switchback::model::{Model, Network};
use switchback::stream::{Session, Tap};
use timer::Timer;

/// Bytes of the longest row of an image: the widest, in colour.
const ROW_BYTES: usize = 1024 * 3;

#[cortex_m_rt::entry]
fn main() -> ! {
    let model = match Model::parse(&MODEL.0) {
        Ok(model) => model,
        Err(error) => panic!("{error}"),
    };
    let profile = Profile::new(Timer::start());
    let mut session = match Session::with_observer(&model, arena::take(), &profile) {
        Ok(session) => session,
        Err(error) => panic!("{error}"),
    };
    println!("{{\"board\":\"{}\",\"model\":\"{:08x}\"}}", board::NAME, model.crc32());
    for image in Image::ALL {
        measure(&mut session, &model, image, &profile);
        print(model.network(), image, &profile);
    }
    process::exit(0)
}

/// One image through the model; how its rows come to be is not measured.
fn measure(session: &mut Session<'_, &Profile>, model: &Model<'_>, image: Image, profile: &Profile) {
    let input = model.network().input();
    let mut memory = [0; ROW_BYTES];
    let Some(row) = memory.get_mut(..input.row_elements()) else { panic!("a row is longer than {ROW_BYTES} bytes") };
    profile.clear();
    for y in 0..input.height {
        image.fill_row(input, y, row);
        profile.resume();
        if let Err(error) = session.push_row(row) {
            panic!("{error}");
        }
        profile.pause();
    }
    profile.resume();
    if let Err(error) = session.finish() {
        panic!("{error}");
    }
    profile.pause();
}

/// A line for each tap that was reached, in the order of the network, and one for what no tap covers.
fn print(network: &Network, image: Image, profile: &Profile) {
    profile.each(|tap, ticks| line(image, &tap.name(network), ticks, macs(network, tap)));
    line(image, "rest", profile.rest(), 0);
}

fn line(image: Image, layer: &str, ticks: u32, macs: u64) {
    println!("{{\"image\":\"{}\",\"layer\":\"{layer}\",\"ticks\":{ticks},\"macs\":{macs}}}", image.name());
}

/// Multiply-accumulates of what a tap shows, zeros counted.
fn macs(network: &Network, tap: Tap) -> u64 {
    match tap {
        Tap::Convolution(i) => network.encoder().get(usize::from(i)).map_or(0, |layer| layer.macs()),
        Tap::Deconvolution(i) => network.decoder().get(usize::from(i)).map_or(0, |layer| layer.macs()),
        Tap::ClassSums(stage) => (network.stage_shape(stage.into()).elements() * network.maps()) as u64,
        _ => 0,
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
