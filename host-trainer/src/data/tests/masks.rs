//! Masks as people store them.

use std::fs::File;
use std::path::Path;

use super::super::{DataError, DataSet, Mask, Sample, Split, Task, load_mask};
use crate::metrics::IGNORE;

fn write_indices(path: &Path, colour: png::ColorType, depth: png::BitDepth, width: u32, rows: &[u8]) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), width, 2);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        // Colours that say nothing about the index.
        encoder.set_palette((0..768).map(|i| (i * 37 % 251) as u8).take(3 << depth as usize).collect::<Vec<_>>());
    }
    encoder.write_header().unwrap().write_image_data(rows).unwrap();
}

#[test]
fn a_multi_label_mask_is_its_stored_numbers_at_any_depth() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.png");
    for colour in [png::ColorType::Indexed, png::ColorType::Grayscale] {
        let read = |depth, width, rows: &[u8]| {
            write_indices(&path, colour, depth, width, rows);
            load_mask(&path, Task::MultiLabel).unwrap()
        };
        let mask = read(png::BitDepth::Eight, 3, &[0, 7, IGNORE, 1, 2, 3]);
        assert_eq!((mask.width, mask.height), (3, 2));
        assert_eq!(mask.classes, [0, 7, IGNORE, 1, 2, 3]);
        assert_eq!(read(png::BitDepth::Four, 3, &[0x0f, 0x30, 0x12, 0x40]).classes, [0, 15, 3, 1, 2, 4]);
        assert_eq!(read(png::BitDepth::Two, 3, &[0b0001_1000, 0b1101_0000]).classes, [0, 1, 2, 3, 1, 0]);
        assert_eq!(
            read(png::BitDepth::One, 9, &[0x80, 0x80, 0x01, 0x00]).classes[..10],
            [1, 0, 0, 0, 0, 0, 0, 0, 1, 0]
        );
    }
}

#[test]
fn colours_and_sixteen_bits_are_no_class_indices() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.png");
    write_indices(&path, png::ColorType::Rgb, png::BitDepth::Eight, 1, &[0; 6]);
    assert!(
        matches!(load_mask(&path, Task::MultiLabel), Err(DataError::MaskFormat { found, .. }) if found.contains("Rgb"))
    );
    write_indices(&path, png::ColorType::Grayscale, png::BitDepth::Sixteen, 1, &[0; 4]);
    assert!(matches!(load_mask(&path, Task::MultiLabel), Err(DataError::MaskFormat { .. })));
}

#[test]
fn a_binary_mask_is_black_and_white_or_zero_and_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.png");
    let read = |depth, rows: &[u8]| {
        write_indices(&path, png::ColorType::Grayscale, depth, 2, rows);
        load_mask(&path, Task::Binary).unwrap().classes
    };
    assert_eq!(read(png::BitDepth::Eight, &[0, 255, 127, 128]), [0, 1, 0, 1]);
    assert_eq!(read(png::BitDepth::Eight, &[0, 1, 1, 0]), [0, 1, 1, 0]);
    assert_eq!(read(png::BitDepth::Eight, &[0, 0, 0, 0]), [0; 4]);
    assert_eq!(read(png::BitDepth::One, &[0x40, 0x80]), [0, 1, 1, 0]);
}

#[test]
fn a_mask_that_is_cut_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.png");
    write_indices(&path, png::ColorType::Grayscale, png::BitDepth::Eight, 40, &(0..80).collect::<Vec<u8>>());
    let whole = std::fs::read(&path).unwrap();
    for task in [Task::Binary, Task::MultiLabel] {
        std::fs::write(&path, &whole[..whole.len() - 30]).unwrap();
        let error = load_mask(&path, task).unwrap_err();
        assert!(matches!(error, DataError::Truncated { .. }), "{task:?}: {error}");
    }
}

#[test]
fn nearest_takes_the_class_under_each_centre() {
    let mask = Mask { width: 3, height: 1, classes: vec![1, 2, 3] };
    assert_eq!(mask.resize_nearest(1, 2).classes, [2, 2]);
    assert_eq!(mask.resize_nearest(6, 1).classes, [1, 1, 2, 2, 3, 3]);
    assert_eq!(mask.resize_nearest(3, 1), mask);
}

#[test]
fn a_class_that_the_data_set_lacks_is_refused_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.png");
    write_indices(&path, png::ColorType::Indexed, png::BitDepth::Eight, 3, &[0, 1, IGNORE, 2, 3, 3]);
    let sample = Sample {
        name: "image.png".into(),
        path: folder.path().join("image.png"),
        labels: vec![1],
        split: Split::Test,
        group: None,
        mask: Some(path.clone()),
    };
    let set = |classes: &[&str]| DataSet {
        root: folder.path().into(),
        task: Task::MultiLabel,
        classes: classes.iter().map(|&class| class.to_owned()).collect(),
        samples: Vec::new(),
    };
    let mask = set(&["background", "a", "b", "c"]).mask(&sample).unwrap().unwrap();
    assert_eq!(mask.classes, [0, 1, IGNORE, 2, 3, 3]);
    let error = set(&["background", "a", "b"]).mask(&sample).unwrap_err().to_string();
    let expected = "found class 3 at pixel (1, 1), expected one below 3 or 255 (ignore)";
    assert_eq!(error, format!("mask {}: {expected}", path.display()));
    assert_eq!(set(&["background"]).mask(&Sample { mask: None, ..sample }).unwrap(), None);
}
