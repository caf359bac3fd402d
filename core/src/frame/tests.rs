//! Small frames whose averages are known, and frames that are refused.

extern crate std;

use std::string::ToString;
use std::vec;
use std::vec::Vec;

use super::{BoxFilter, Crop, FrameError, luma};
use crate::model::MapShape;
use crate::stream::RowError;

fn shape(width: usize, height: usize, channels: usize) -> MapShape {
    MapShape { height, width, channels }
}

fn filtered(frame: MapShape, crop: Crop, input: MapShape, pixels: &[u8]) -> Vec<u8> {
    let (mut sums, mut row) = (vec![7u32; input.row_elements()], vec![7; input.row_elements()]);
    let mut filter = BoxFilter::new(frame, crop, input, &mut sums, &mut row).expect("a filter");
    let mut out = Vec::new();
    for row in pixels.chunks_exact(frame.row_elements()) {
        out.extend(filter.push_row(row).expect("a row").unwrap_or(&[]));
    }
    out
}

#[test]
fn whole_pixels_are_averaged_and_a_half_is_rounded_up() {
    let frame = shape(4, 2, 1);
    let pixels = [0, 1, 10, 20, 0, 1, 30, 41];
    assert_eq!(filtered(frame, Crop::whole(frame), shape(2, 1, 1), &pixels), [1, 25]);
    assert_eq!(filtered(frame, Crop { x: 1, y: 1, width: 2, height: 1 }, shape(1, 1, 1), &pixels), [16]);
}

#[test]
fn parts_of_pixels_count_as_parts() {
    // Three columns into two: the middle one belongs to both by half.
    assert_eq!(filtered(shape(3, 1, 1), Crop::whole(shape(3, 1, 1)), shape(2, 1, 1), &[0, 90, 255]), [30, 200]);
    // Five rows into two, with three channels.
    let rows = [[10, 20, 30], [20, 30, 40], [30, 60, 200], [0, 0, 0], [5, 5, 255]].concat();
    let frame = shape(1, 5, 3);
    // (10 + 20 + 15) / 2.5, (20 + 30 + 30) / 2.5, (30 + 40 + 100) / 2.5; (15 + 0 + 5) / 2.5, 35 / 2.5, 355 / 2.5
    assert_eq!(filtered(frame, Crop::whole(frame), shape(1, 2, 3), &rows), [18, 32, 68, 8, 14, 142]);
}

#[test]
fn equal_sizes_and_crops_of_them_change_nothing() {
    let pixels: Vec<u8> = (0..60).map(|i| (i * 37 % 256) as u8).collect();
    let frame = shape(5, 4, 3);
    assert_eq!(filtered(frame, Crop::whole(frame), frame, &pixels), pixels);
    let crop = Crop { x: 1, y: 2, width: 3, height: 2 };
    assert_eq!(filtered(frame, crop, shape(3, 2, 3), &pixels), [&pixels[33..42], &pixels[48..57]].concat());
}

#[test]
#[cfg_attr(miri, ignore = "16 million pixels")]
fn the_largest_sums_fit() {
    // The most pixels of u32 sums: 255 everywhere has to stay 255.
    let frame = shape(1 << 12, 1 << 12, 1);
    let mut sums = [0u32; 1];
    let mut row = [0; 1];
    let filter = BoxFilter::new(frame, Crop::whole(frame), shape(1, 1, 1), &mut sums, &mut row);
    assert_eq!(filter.map(drop), Err(FrameError::TooLarge { found: (4096, 4096), most: 16_777_215 }));
    let frame = shape(4096, 4095, 1);
    let mut filter = BoxFilter::new(frame, Crop::whole(frame), shape(1, 1, 1), &mut sums, &mut row).expect("a filter");
    let white = vec![255; 4096];
    for _ in 1..4095 {
        assert_eq!(filter.push_row(&white), Ok(None));
    }
    assert_eq!(filter.push_row(&white), Ok(Some([255].as_slice())));
}

#[test]
fn what_is_refused_says_why() {
    let refused = |frame: MapShape, crop: Crop, input: MapShape, elements: (usize, usize)| {
        let (mut sums, mut row) = (vec![0u32; elements.0], vec![0; elements.1]);
        BoxFilter::new(frame, crop, input, &mut sums, &mut row).map(drop).expect_err("refused")
    };
    let (frame, input) = (shape(8, 6, 1), shape(4, 4, 1));
    let crop = Crop { x: 3, y: 0, width: 6, height: 6 };
    let outside = refused(frame, crop, input, (4, 4));
    assert_eq!(outside, FrameError::Outside { found: crop, width: 8, height: 6 });
    assert_eq!(outside.to_string(), "crop: found 3,0,6x6, expected it within the frame's 8x6");
    let far = Crop { x: usize::MAX, ..crop };
    assert_eq!(refused(frame, far, input, (4, 4)), FrameError::Outside { found: far, width: 8, height: 6 });
    let small = refused(frame, Crop { x: 0, y: 0, width: 8, height: 3 }, input, (4, 4));
    assert_eq!(small, FrameError::TooSmall { found: (8, 3), expected: (4, 4) });
    let whole = Crop::whole(frame);
    let channels = refused(frame, whole, shape(4, 4, 3), (12, 12));
    assert_eq!(channels, FrameError::Channels { found: 1, expected: 3 });
    let buffer = |what, found| FrameError::Buffer { what, found, expected: 4 };
    assert_eq!(refused(frame, whole, input, (3, 4)), buffer("sums", 3));
    assert_eq!(refused(frame, whole, input, (4, 3)), buffer("row", 3));
}

#[test]
fn wrong_rows_are_refused_and_a_frame_can_begin_again() {
    let (frame, mut sums, mut row) = (shape(4, 2, 1), [0u32; 2], [0; 2]);
    let mut filter = BoxFilter::new(frame, Crop::whole(frame), shape(2, 1, 1), &mut sums, &mut row).expect("a filter");
    assert_eq!(filter.push_row(&[9; 3]), Err(RowError::Length { found: 3, expected: 4 }));
    assert_eq!(filter.push_row(&[255; 4]), Ok(None));
    filter.restart();
    assert_eq!(filter.push_row(&[10; 4]), Ok(None));
    assert_eq!(filter.push_row(&[20; 4]), Ok(Some([15, 15].as_slice())));
    assert_eq!(filter.push_row(&[20; 4]), Err(RowError::TooMany { expected: 2 }));
    assert_eq!(filter.rows(), 2);
}

#[test]
fn the_centre_has_the_proportions_of_the_input() {
    let centered = |(fw, fh), (w, h)| {
        let Crop { x, y, width, height } = Crop::centered(shape(fw, fh, 1), shape(w, h, 1));
        (x, y, width, height)
    };
    assert_eq!(centered((320, 240), (96, 96)), (40, 0, 240, 240));
    assert_eq!(centered((240, 320), (96, 96)), (0, 40, 240, 240));
    assert_eq!(centered((320, 240), (160, 120)), (0, 0, 320, 240));
    assert_eq!(centered((320, 240), (128, 64)), (0, 40, 320, 160));
}

#[test]
fn grey_stays_grey() {
    for level in 0..=255 {
        assert_eq!(luma([level; 3]), level);
    }
    assert_eq!([luma([1, 0, 0]), luma([2, 0, 1]), luma([0, 1, 0])], [0, 0, 1]);
    assert_eq!([luma([255, 0, 0]), luma([0, 255, 0]), luma([0, 0, 255])], [54, 182, 18]);
}
