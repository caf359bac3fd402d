//! An image file through the loader, as an image or as a mask.
//!
//! The first byte chooses: bits 0 and 1 grey, colour, a mask of one class, a mask of class indices.

use std::io::Cursor;

use host_trainer::data::{MAX_PIXELS, Task, load_image, load_mask};
use image::ImageReader;

use crate::scratch::Scratch;

/// More than this is not decoded, where it is allowed at all: it would take too long.
const MOST_PIXELS: u64 = 1 << 20;

thread_local! {
    static FOLDER: Scratch = Scratch::new();
}

/// Loads the file of an input.
///
/// # Panics
/// If what is loaded has another number of values than its size says, or more pixels than the limit.
pub fn run(input: &[u8]) {
    let Some((&choice, file)) = input.split_first() else { return };
    let pixels = pixels(file);
    if (MOST_PIXELS..=MAX_PIXELS).contains(&pixels) {
        return;
    }
    let path = FOLDER.with(|folder| folder.write("file", file));
    let loaded = match choice & 3 {
        kind @ 0..=1 => load_image(&path, if kind == 0 { 1 } else { 3 })
            .map(|image| (image.width * image.height * image.channels, image.pixels.len())),
        kind => load_mask(&path, if kind == 2 { Task::Binary } else { Task::MultiLabel })
            .map(|mask| (mask.width * mask.height, mask.classes.len())),
    };
    match loaded {
        Ok((expected, found)) => {
            assert!(found == expected && found > 0, "{found} values, {expected} expected");
            assert!(pixels <= MAX_PIXELS, "{pixels} pixels were loaded");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Width times height by the file's header; 0 where there is none.
fn pixels(file: &[u8]) -> u64 {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    size.map_or(0, |(width, height)| u64::from(width) * u64::from(height))
}
