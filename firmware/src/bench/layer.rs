//! What is printed of a layer.

use core::fmt::{self, Display};

use bench_inputs::images::Image;
use semihosting::{print, println};
use switchback::model::{MapShape, Network};
use switchback::stream::{Plan, Tap};

use crate::profile::Profile;

/// The size of a convolution or deconvolution: `3x3 12->32 at 80x80`.
struct Shape {
    kernel: usize,
    from: usize,
    to: usize,
    at: MapShape,
}

impl Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kernel, from, to, at } = self;
        write!(f, "{kernel}x{kernel} {from}->{to} at {}x{}", at.width, at.height)
    }
}

/// A line for what is done once, whatever the images.
pub fn print_once(name: &str, ticks: u32) {
    println!("{{\"image\":\"\",\"layer\":\"{name}\",\"ticks\":{ticks},\"macs\":0}}");
}

/// A line for each tap that was reached, in the order of the network, and one for what no tap covers.
pub fn print(network: &Network, plan: &Plan, image: Image, profile: &Profile) {
    let start = |layer: &str, ticks: u32, macs: u64| {
        print!(
            "{{\"image\":\"{}\",\"arena\":{},\"layer\":\"{layer}\",\"ticks\":{ticks},\"macs\":{macs}",
            image.name(),
            plan.arena_bytes(),
        );
    };
    let kernel = |kernel: &dyn fmt::Display, scratch: usize, shape: Shape, nonzeros: u32, positions: usize| {
        let permille = u64::from(nonzeros) * 1000 / positions.max(1) as u64;
        println!(
            ",\"kernel\":\"{kernel}\",\"scratch\":{scratch},\"shape\":\"{shape}\",\"nonzeros_permille\":{permille}}}"
        );
    };
    profile.each(|tap, measure| {
        start(&tap.name(network), measure.ticks, macs(network, tap));
        match tap {
            Tap::Convolution(i) => {
                let Some(layer) = network.encoder().get(usize::from(i)) else { return println!("}}") };
                let positions = layer.input.elements();
                // Whether a pixel is zero says nothing: the input's table moves it.
                let read = i.checked_sub(1).map_or(positions as u32, |i| profile.of(Tap::Convolution(i)).nonzeros);
                let (from, to) = (layer.input.channels, layer.output.channels);
                let shape = Shape { kernel: layer.kernel, from, to, at: layer.input };
                let way = plan.convolution_kernel(i.into());
                kernel(&way, way.scratch_bytes(layer), shape, read, positions);
            }
            Tap::Deconvolution(i) => {
                let Some(layer) = network.decoder().get(usize::from(i)) else { return println!("}}") };
                let top = Tap::Convolution(network.encoder().len() as u8 - 1);
                let read = profile.of(i.checked_sub(1).map_or(top, Tap::Deconvolution)).nonzeros;
                let positions = if layer.unpool { layer.output.pixels() } else { layer.input.pixels() };
                let (from, to) = (layer.input.channels, layer.output.channels);
                let shape = Shape { kernel: layer.kernel, from, to, at: layer.output };
                let way = plan.deconvolution_kernel(i.into());
                kernel(&way, way.scratch_bytes(layer), shape, read, positions * from);
            }
            _ => println!("}}"),
        }
    });
    start("rest", profile.rest(), 0);
    println!("}}");
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
