//! `bench --host`, second part: images a second through the integer core, as `evaluate` runs it, beside the float network.

use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{Model, Network};
use switchback::stream::Plan;

use super::Failure;
use crate::data::Image8;
use crate::engine::{self, CoreEngine};
use crate::float::{Decoding, FloatNetwork};
use crate::quantize::{Calibration, Identity, QuantizeError, quantize};
use crate::run::RunError;

/// Images that are run through.
const IMAGES: usize = 64;
/// Side of the images: with Table 1 at width 1/8 the network of `docs/performance.md`.
const SIDE: u16 = 160;

/// Images a second of one engine, on all threads.
#[derive(Serialize)]
pub struct EngineSpeed {
    name: &'static str,
    images_per_second: f64,
}

/// Measures each engine on the same images, the best of `runs` passes, and prints a line each.
pub fn measure(runs: u32) -> Result<Vec<EngineSpeed>, Failure> {
    let spec = NetworkSpec::table1(0.125, InputSpec { width: SIDE, height: SIDE, channels: 1 }, 2);
    let mut float = FloatNetwork::new(Network::new(spec)?, Decoding::Tied, 0)?;
    float.set_input_statistics(&[127.5], &[73.9])?;
    let images: Vec<Image8> = (0..IMAGES).map(textured).collect();
    let mut calibration = Calibration::new(float.network());
    float.fit_first_weights(&engine::float::batch(float.network(), &images)?)?;
    calibration.see(&float, &engine::float::batch(float.network(), &images)?)?;
    let identity =
        Identity { classes: vec!["no".into(), "yes".into()], data: "textures".into(), data_crc32: 0, seed: 0 };
    let quantize_error = |error: QuantizeError| RunError::from(error);
    let bytes = quantize(&float, &calibration, &identity).map_err(quantize_error)?;
    let bytes = bytes.encode().map_err(QuantizeError::from).map_err(quantize_error)?;
    let model = Model::parse(bytes.as_slice()).map_err(QuantizeError::from).map_err(quantize_error)?;

    println!("\ntable 1, width 1/8, {SIDE}x{SIDE}, images a second on all threads");
    let core = |plan: Plan| -> Result<(), Failure> {
        let run = |engine: &mut CoreEngine<'_>, image: &Image8| engine.run(&image.pixels, ()).map(drop);
        Ok(images
            .par_iter()
            .map_init(|| CoreEngine::with_plan(&model, plan.clone()), run)
            .collect::<Result<(), _>>()?)
    };
    let float = || -> Result<(), Failure> {
        engine::float::predict(&float, &images, 1.0, |_| ())?;
        Ok(())
    };
    Ok(vec![
        speed("integer core, fastest plan", runs, || core(Plan::within(&model, usize::MAX)))?,
        speed("integer core, smallest plan", runs, || core(Plan::new(model.network())))?,
        speed("float network, 32 bits", runs, float)?,
    ])
}

fn speed(name: &'static str, runs: u32, mut pass: impl FnMut() -> Result<(), Failure>) -> Result<EngineSpeed, Failure> {
    let mut shortest = f64::INFINITY;
    for _ in 0..runs {
        let start = Instant::now();
        pass()?;
        shortest = shortest.min(start.elapsed().as_secs_f64());
    }
    let images_per_second = IMAGES as f64 / shortest;
    println!("{name:<28} {images_per_second:>9.1}");
    Ok(EngineSpeed { name, images_per_second })
}

/// An image with something in it for every layer, another one for each number.
fn textured(number: usize) -> Image8 {
    let side = usize::from(SIDE);
    let pixel = |i: usize| {
        let (y, x) = (i / side, i % side);
        (((y * (3 + number)) ^ (x * 5)).wrapping_mul(0x9e37) >> 7) as u8
    };
    Image8 { width: side, height: side, channels: 1, pixels: (0..side * side).map(pixel).collect() }
}
