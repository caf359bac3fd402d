//! A picture in every format that the loader reads, and masks.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use crate::Seed;

/// Inputs of the target `image`: each kind of picture in the formats that store it, loaded one of four ways.
pub fn all() -> Vec<Seed> {
    let level = |x: u32, y: u32| (37 * x + 91 * y) as u8;
    let grey = GrayImage::from_fn(7, 5, |x, y| [level(x, y)].into());
    let colour = RgbImage::from_fn(7, 5, |x, y| Rgb([level(x, y), level(y, x), 9]));
    let clear = RgbaImage::from_fn(7, 5, |x, y| Rgba([level(x, y), 1, level(y, x), level(x, x)]));
    let deep = DynamicImage::ImageLuma8(grey.clone()).into_luma16();
    let pictures: [(&str, DynamicImage); 4] =
        [("grey", grey.into()), ("colour", colour.into()), ("clear", clear.into()), ("deep", deep.into())];
    let formats = [
        ("png", ImageFormat::Png),
        ("jpeg", ImageFormat::Jpeg),
        ("bmp", ImageFormat::Bmp),
        ("tiff", ImageFormat::Tiff),
        ("pnm", ImageFormat::Pnm),
        ("gif", ImageFormat::Gif),
    ];
    let mut seeds = Vec::new();
    for (kind, picture) in &pictures {
        for (name, format) in formats {
            let mut file = Cursor::new(Vec::new());
            // Not every format stores every kind.
            if picture.write_to(&mut file, format).is_ok() {
                let choice = (seeds.len() % 4) as u8;
                seeds.push((format!("seed-{kind}-{name}"), [vec![choice], file.into_inner()].concat()));
            }
        }
    }
    seeds.extend([0, 3].map(|choice| (format!("seed-bomb-{choice}"), [vec![choice], bomb()].concat())));
    for (bits, depth) in [(1, png::BitDepth::One), (4, png::BitDepth::Four), (8, png::BitDepth::Eight)] {
        seeds.push((format!("seed-indices-{bits}"), [vec![3], indices(depth, bits)].concat()));
    }
    seeds
}

/// A palette PNG, 9 pixels wide and 2 high.
fn indices(depth: png::BitDepth, bits: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 9, 2);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(depth);
    encoder.set_palette((0..(3 << bits.min(4))).map(|i| (i * 37 % 251) as u8).collect::<Vec<u8>>());
    let row_bytes = (9 * bits).div_ceil(8);
    let rows: Vec<u8> = (0..2 * row_bytes).map(|i| (i % 16) as u8).collect();
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rows));
    written.expect("a picture in memory");
    file
}

/// A PNG that promises 3.6 billion pixels and has none.
fn bomb() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 60_000, 60_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().expect("a header in memory");
    file
}
