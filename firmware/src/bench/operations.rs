//! What is neither a convolution nor a deconvolution: instructions of each operation over many calls, less those of a loop that
//! only makes its arguments.

use core::hint::black_box;

use bench_inputs::images::Image;
use cortex_m::singleton;
use linked::board;
use semihosting::println;
use switchback::model::spec::{MapActivation, Normalization};
use switchback::model::{EncoderLayer, MapShape, Model};
use switchback::numeric::{Gain, Multiplier};
use switchback::ops::{self, Statistics};
use switchback::stream::KernelSet;

use linked::counter::Counter;

/// Values of a row, and pixels of a row of one map.
const VALUES: usize = 1024;
/// Pixels of several maps.
const PIXELS: usize = 256;
/// Calls of each operation.
const CALLS: u32 = 8;
/// Words that the convolution whose pool is measured computes in.
const SCRATCH: usize = 16 * 1024;
/// Tiles of its row.
const TILES: usize = 8;

/// Prints a line an operation; `model` gives the numbers of its head and of its last convolution, 3x3 with a pool.
pub fn print(timer: Counter, model: &Model<'_>) {
    println!("{{\"board\":\"{}\",\"model\":\"operations\",\"crc32\":\"\"}}", board::NAME);
    let (Some(values), Some(out)) =
        (singleton!(: [u8; VALUES] = [0; VALUES]), singleton!(: [u8; VALUES] = [0; VALUES]))
    else {
        panic!("operations are measured once");
    };
    Image::Noise.fill_row(MapShape { height: 1, width: VALUES, channels: 1 }, 0, values);
    head(timer, values, out);
    stages(timer, values);
    log_sum_exp(timer, model, values);
    pool(timer, model, values);
}

/// Logits to maps and labels.
fn head(timer: Counter, values: &[u8], out: &mut [u8]) {
    let logits = |i: usize| (i32::from(values[i % VALUES]) - 128) << 12;
    let pixels: [[i32; 3]; PIXELS] = core::array::from_fn(|i| core::array::from_fn(|class| logits(3 * i + class)));
    let ticks =
        over(timer, &pixels, |logits| ops::softmax(logits, &mut black_box([0; 3])), |_| _ = black_box([0u8; 3]));
    line("softmax of 3 classes", "pixel", ticks, PIXELS);
    let pixels = pixels.as_flattened();
    let rows = [pixels];
    let mut class_maps = |maps: usize, activation| {
        let multiplier = Multiplier::new(1 << 20);
        let store = |map: usize, x: usize, value| {
            if let Some(pixel) = out.get_mut(map * PIXELS + x) {
                *pixel = value;
            }
        };
        let mut store = store;
        over(timer, &rows, |row| ops::class_map_row(activation, multiplier, maps, row, &mut store), |_| ())
    };
    let ticks = class_maps(3, MapActivation::Softmax);
    line("maps of 3 classes by softmax", "pixel", ticks, PIXELS);
    let ticks = class_maps(1, MapActivation::Relu);
    line("maps by ReLU", "value", ticks, 3 * PIXELS);
    let mut labels = [0; 3 * PIXELS];
    let ticks = over(timer, &rows, |row| ops::label_row(3, row, black_box(&mut labels)), |_| ());
    line("labels of 3 classes", "pixel", ticks, PIXELS);
    let ticks = over(timer, &[values], |row| ops::mask_row(row, 128, black_box(&mut labels)), |_| ());
    line("mask of one map", "pixel", ticks, labels.len());
}

/// A stage's map to logits.
fn stages(timer: Counter, values: &[u8]) {
    let mut statistics = Statistics::default();
    let ticks = over(timer, &[values], |row| statistics.add_row(row), |_| ());
    line("normalization: sums", "value", ticks, VALUES);
    let Some(gain) = Gain::new(1 << 21, 33) else { panic!("a gain of 22 bits") };
    let centered = |statistics: &Statistics| statistics.centered(Normalization::Standardize, gain);
    let ticks = over(timer, &[statistics], |sums| _ = black_box(centered(sums)), |_| ());
    line("normalization: mean and gain", "stage and image", ticks, 1);
    let weights: [i8; 32] = core::array::from_fn(|i| values[i] as i8);
    let mut sums = [0; VALUES / 32];
    let class_sums = |row: &&[u8]| ops::class_sums_row(&weights, row, weights.len(), black_box(&mut sums));
    let ticks = over(timer, &[values], class_sums, |_| ());
    line("class sums of one map", "value", ticks, VALUES);
    let mut logits = [0; VALUES];
    let sums: [i32; VALUES] = core::array::from_fn(|i| i32::from(values[i]) << 8);
    let stage = ops::StageRow { sums: &sums, weights: &weights, centered: centered(&statistics), shift: 0 };
    let ticks = over(timer, &[stage], |stage| ops::logits_row(stage, 1, black_box(&mut logits)), |_| ());
    line("logits of one map", "pixel and stage", ticks, VALUES);
}

/// A map to its score: what a value takes, and what is left of an image.
fn log_sum_exp(timer: Counter, model: &Model<'_>, values: &[u8]) {
    let (head, exponentials) = (&model.header().head, model.exponentials());
    let mut histogram = [0; ops::HISTOGRAM];
    let mut ticks = |map: &[u8]| {
        over(timer, &[map], |map| _ = black_box(ops::log_sum_exp(head, exponentials, map, &mut histogram)), |_| ())
    };
    // The same largest value, so that as much of the histogram is summed.
    let largest = values.iter().max().copied().unwrap_or(0);
    let (all, one) = (ticks(values), ticks(&[largest]));
    line("log-sum-exp: values", "value", all.saturating_sub(one), VALUES - 1);
    line("log-sum-exp: score", "map", one, 1);
}

/// What a pool and its switches add to the last convolution.
fn pool(timer: Counter, model: &Model<'_>, values: &[u8]) {
    let Some((&layer, before)) = model.network().encoder().split_last() else { return };
    let Some(scratch) = singleton!(: [u32; SCRATCH] = [0; SCRATCH]) else { panic!("the pool is measured once") };
    let window = [values; 6];
    let arrays = model.convolution(before.len());
    let mut measure = |pool: bool, switches: usize| {
        let output = if pool { layer.output } else { MapShape { channels: layer.output.channels, ..layer.input } };
        let layer = EncoderLayer { pool, output, ..layer };
        let count = if pool { 2 } else { 4 };
        let (mut out, mut packed) = ([[0; VALUES]; 4], [[0; VALUES / 8]; 2]);
        let work = |_: &()| {
            let mut out = out.each_mut().map(|row| row.get_mut(..output.row_elements()).unwrap_or_default());
            let mut packed = packed.each_mut().map(|row| row.get_mut(..switches).unwrap_or_default());
            let (out, packed) = (out.get_mut(..count).unwrap_or_default(), &mut packed[..]);
            if KernelSet::HERE.contains(KernelSet::VECTOR_WINOGRAD) {
                ops::vector_winograd_rows(&layer, &arrays, &window, TILES, scratch, out, packed);
            } else {
                ops::winograd_rows(&layer, &arrays, &window, TILES, scratch, out, packed);
            }
        };
        over(timer, &[()], work, |_| ())
    };
    let outputs = 2 * layer.output.row_elements();
    let (plain, pooled) = (measure(false, 0), measure(true, 0));
    let kept = measure(true, ops::switch_row_bytes(layer.output.row_elements()));
    line("convolution without pool", "window and filter", plain, outputs);
    line("convolution with pool", "window and filter", pooled, outputs);
    line("convolution with pool and switches", "window and filter", kept, outputs);
}

/// Ticks of [`CALLS`] rounds of `work` over `arguments`, less those of `idle`.
fn over<T>(timer: Counter, arguments: &[T], mut work: impl FnMut(&T), mut idle: impl FnMut(&T)) -> u32 {
    let (_, all) = timer.time(|| rounds(arguments, &mut work));
    let (_, empty) = timer.time(|| rounds(arguments, &mut idle));
    all.saturating_sub(empty)
}

#[inline(always)]
fn rounds<T>(arguments: &[T], work: &mut impl FnMut(&T)) {
    for _ in 0..CALLS {
        for argument in black_box(arguments) {
            work(argument);
        }
    }
}

/// A line, like that of a layer: `units` of each call in place of multiply-accumulates.
fn line(name: &str, unit: &str, ticks: u32, units: usize) {
    let units = CALLS as usize * units;
    println!("{{\"image\":\"\",\"layer\":\"{name}\",\"ticks\":{ticks},\"macs\":{units},\"shape\":\"{unit}\"}}");
}
