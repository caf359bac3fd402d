//! Displays after a drawing: pixels where they are expected, and the whole as a PNG.

use std::vec;
use std::vec::Vec;

use embedded_graphics::mock_display::MockDisplay;
use embedded_graphics::pixelcolor::{Rgb565, Rgb888};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics_simulator::{OutputSettings, SimulatorDisplay};
use switchback::model::MapShape;

use super::{Overlay, heat};

fn shape(width: usize, height: usize, channels: usize) -> MapShape {
    MapShape { height, width, channels }
}

/// A blot of evidence, strongest at a point.
fn blot(width: usize, height: usize) -> Vec<u8> {
    let square = |at: usize, centre: usize| (at as i32 - centre as i32).pow(2);
    let level = |x, y| (255 - 255 * (square(x, width / 3) + square(y, height / 2)) / 80).max(0) as u8;
    (0..width * height).map(|i| level(i % width, i / width)).collect()
}

#[test]
fn an_image_under_heat_with_its_caption() {
    // A disc on a slope, 48x48, under a map of 24x24, on a display of 160x128.
    let pixels: Vec<u8> = (0..48 * 48i32)
        .map(|i| {
            let (x, y) = (i % 48, i / 48);
            if (x - 16).pow(2) + (y - 24).pow(2) < 100 { 210 } else { (40 + 2 * x) as u8 }
        })
        .collect();
    let map = blot(24, 24);
    let overlay = Overlay {
        image: shape(48, 48, 1),
        pixels: &pixels,
        map: shape(24, 24, 1),
        map_row: |y: usize| &map[24 * y..][..24],
        name: "scratch",
        percent: 87,
    };
    let mut display = SimulatorDisplay::<Rgb565>::new(Size::new(160, 128));
    overlay.draw(&mut display).expect("a display that takes all");

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("overlay.png");
    display.to_rgb_output_image(&OutputSettings::default()).save_png(&path).expect("a file");
    if let Some(kept) = std::env::var_os("KEEP_OVERLAY") {
        std::fs::copy(&path, kept).expect("a copy");
    }
    let png = SimulatorDisplay::<Rgb888>::load_png(&path).expect("a PNG");

    // The image is 116x116 in the middle of the 160x116 above the caption.
    for y in 0..116 {
        for x in 0..160 {
            let found = png.get_pixel(Point::new(x, y));
            let expected = match usize::try_from(x - 22) {
                Ok(column) if column < 116 => {
                    let (column, row) = (column * 48 / 116, y as usize * 48 / 116);
                    let [red, green, blue, opacity] = heat(map[24 * (row / 2) + column / 2]).map(f64::from);
                    let under = f64::from(pixels[48 * row + column]);
                    let mixed = [red, green, blue].map(|over| (over * opacity + under * (255.0 - opacity)) / 255.0);
                    mixed.map(|value| value.round() as u8)
                }
                _ => [0; 3],
            };
            // 5, 6 and 5 bits: within a step of each, and one of rounding.
            for (found, expected) in [found.r(), found.g(), found.b()].into_iter().zip(expected) {
                assert!(found.abs_diff(expected) <= 8, "{x},{y}: found {found}, expected {expected}");
            }
        }
    }
    // Text on black, in the last twelve rows, as wide as its ten letters and spaces.
    let lit = |columns: core::ops::Range<i32>| {
        let points = columns.flat_map(|x| (116..128).map(move |y| Point::new(x, y)));
        points.filter(|&point| png.get_pixel(point) != Rgb888::BLACK).count()
    };
    assert!(lit(0..74) > 100 && lit(74..160) == 0, "{} {}", lit(0..74), lit(74..160));
}

#[test]
fn pixels_are_the_nearest_ones_and_none_is_drawn_twice() {
    // Twenty times the size of a coloured image without evidence. The mock refuses a second drawing of a pixel.
    let pixels = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]].concat();
    let overlay = Overlay {
        image: shape(2, 2, 3),
        pixels: &pixels,
        map: shape(1, 1, 1),
        map_row: |_| [0].as_slice(),
        name: "",
        percent: 0,
    };
    let mut display = MockDisplay::<Rgb565>::new();
    let area = Rectangle::new(Point::new(0, 2), Size::new(64, 40));
    overlay.draw_image(area, &mut display).expect("drawn");
    let at = |x: i32, y: i32| display.get_pixel(Point::new(x, y));
    assert_eq!([at(11, 2), at(12, 2), at(31, 21)], [Rgb565::BLACK, Rgb565::RED, Rgb565::RED].map(Some));
    assert_eq!([at(32, 2), at(51, 21), at(52, 2)], [Rgb565::GREEN, Rgb565::GREEN, Rgb565::BLACK].map(Some));
    assert_eq!([at(12, 22), at(51, 41), at(63, 41)], [Rgb565::BLUE, Rgb565::WHITE, Rgb565::BLACK].map(Some));
    assert_eq!([at(12, 1), at(12, 42)], [None; 2]);
    assert_eq!(display.affected_area(), area);
}

#[test]
fn any_size_of_display_takes_any_image() {
    let pixels = vec![100; 4000];
    for (width, height) in [(0, 0), (1, 1), (5, 3), (64, 12), (13, 64), (240, 320)] {
        for (columns, rows) in [(1, 1), (1, 40), (40, 1), (0, 0), (30, 40)] {
            let overlay = Overlay {
                image: shape(columns, rows, 3),
                pixels: &pixels,
                map: shape(2, 2, 1),
                map_row: |_| [].as_slice(),
                name: "a name that is longer than any name of a class can be",
                percent: 100,
            };
            let mut display = SimulatorDisplay::<Rgb565>::new(Size::new(width, height));
            overlay.draw(&mut display).expect("a display that takes all");
        }
    }
}
