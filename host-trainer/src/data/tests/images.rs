//! Images as they come from the world.

use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, ImageBuffer, Luma, LumaA, Rgb, RgbImage, Rgba};
use jpeg_encoder::{ColorType, Encoder};

use switchback::frame::{Crop, FrameError, luma};

use super::super::{DataError, Image8, load_image, reduce, resize};

/// A temporary folder and a path in it.
fn place(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

fn grey(path: &Path) -> Vec<u8> {
    load_image(path, 1).unwrap().pixels
}

/// A 16x8 JPEG of one colour a half, `left` and `right`.
fn jpeg(path: &Path, colour: ColorType, left: &[u8], right: &[u8], exif: Option<&[u8]>) {
    let pixels: Vec<u8> = (0..8 * 16).flat_map(|i| if i % 16 < 8 { left } else { right }.iter().copied()).collect();
    let mut encoder = Encoder::new_file(path, 100).unwrap();
    if let Some(exif) = exif {
        encoder.add_app_segment(1, exif.to_vec()).unwrap();
    }
    encoder.encode(&pixels, 16, 8, colour).unwrap();
}

#[test]
fn sixteen_bits_are_scaled_with_rounding() {
    let (_folder, path) = place("deep.png");
    let deep: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_raw(4, 1, vec![0, 129, 32768, 65535]).unwrap();
    deep.save(&path).unwrap();
    assert_eq!(grey(&path), [0, 1, 128, 255]);
    // Twelve bits stay what they are of sixteen: the data report tells.
    let twelve: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_raw(4, 1, vec![0, 128, 129, 4095]).unwrap();
    twelve.save(&path).unwrap();
    assert_eq!(grey(&path), [0, 0, 1, 16]);
    let deep: ImageBuffer<Rgb<u16>, _> = ImageBuffer::from_raw(1, 1, vec![65535, 0, 257]).unwrap();
    deep.save(&path).unwrap();
    assert_eq!(load_image(&path, 3).unwrap().pixels, [255, 0, 1]);
}

#[test]
fn colour_becomes_luma_and_grey_becomes_three_equal_channels() {
    let (_folder, path) = place("colour.png");
    RgbImage::from_raw(3, 1, vec![255, 0, 0, 0, 255, 0, 0, 0, 255]).unwrap().save(&path).unwrap();
    assert_eq!(grey(&path), [54, 182, 18]);
    let colours: Vec<u8> = (0..3 * 4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    RgbImage::from_raw(64, 64, colours.clone()).unwrap().save(&path).unwrap();
    let on_a_device: Vec<u8> = colours.as_chunks().0.iter().map(|&pixel| luma(pixel)).collect();
    assert_eq!(grey(&path), on_a_device);
    GrayImage::from_raw(1, 1, vec![77]).unwrap().save(&path).unwrap();
    assert_eq!(load_image(&path, 3).unwrap(), Image8 { width: 1, height: 1, channels: 3, pixels: vec![77; 3] });
}

#[test]
fn transparency_lies_over_black() {
    let (_folder, path) = place("alpha.png");
    let image: ImageBuffer<LumaA<u8>, _> = ImageBuffer::from_raw(3, 1, vec![200, 255, 200, 128, 200, 0]).unwrap();
    image.save(&path).unwrap();
    assert_eq!(grey(&path), [200, 100, 0]);
    let image: ImageBuffer<Rgba<u8>, _> = ImageBuffer::from_raw(1, 1, vec![200, 100, 50, 51]).unwrap();
    image.save(&path).unwrap();
    assert_eq!(load_image(&path, 3).unwrap().pixels, [40, 20, 10]);
}

#[test]
fn palettes_are_looked_up() {
    let (_folder, path) = place("palette.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 2, 1);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(vec![10, 20, 30, 200, 100, 0]);
    encoder.write_header().unwrap().write_image_data(&[1, 0]).unwrap();
    assert_eq!(load_image(&path, 3).unwrap().pixels, [200, 100, 0, 10, 20, 30]);
}

#[test]
fn exif_orientation_turns_the_picture_upright() {
    let (_folder, path) = place("turned.jpg");
    // Big-endian TIFF with one entry: orientation (0x0112), short, one value: 6, a quarter turn to the right.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    jpeg(&path, ColorType::Luma, &[250], &[5], Some(exif));
    let upright = load_image(&path, 1).unwrap();
    assert_eq!((upright.width, upright.height), (8, 16));
    // What was left is now on top.
    assert!(upright.pixels[0] > 240 && upright.pixels[8 * 16 - 1] < 15);
}

#[test]
fn cmyk_is_converted() {
    let (_folder, path) = place("print.jpg");
    // No ink, then all black ink.
    jpeg(&path, ColorType::Cmyk, &[0, 0, 0, 0], &[0, 0, 0, 255], None);
    let pixels = grey(&path);
    assert!(pixels[0] > 245 && pixels[15] < 10, "white {} and black {}", pixels[0], pixels[15]);
}

#[test]
fn the_bytes_tell_the_format_not_the_name() {
    let (folder, path) = place("really_a.png");
    GrayImage::from_raw(1, 1, vec![9]).unwrap().save_with_format(&path, image::ImageFormat::Bmp).unwrap();
    assert_eq!(grey(&path), [9]);
    std::fs::write(&path, "not a picture at all").unwrap();
    assert!(matches!(load_image(&path, 1), Err(DataError::NotAnImage { .. })));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(load_image(&path, 1), Err(DataError::NotAnImage { .. })));
    assert!(matches!(load_image(&folder.path().join("absent.png"), 1), Err(DataError::File(_))));
}

/// A picture that does not compress to nothing.
fn busy() -> DynamicImage {
    DynamicImage::ImageLuma8(GrayImage::from_fn(64, 64, |x, y| Luma([(x * x * 7 + y * y * 13 + x * y) as u8])))
}

#[test]
fn a_truncated_file_is_refused_in_every_format() {
    for name in ["cut.png", "cut.jpg", "cut.bmp", "cut.tif", "cut.pgm", "cut.gif"] {
        let (_folder, path) = place(name);
        // The GIF encoder wants colour.
        let picture = if name.ends_with("gif") { busy().to_rgba8().into() } else { busy() };
        picture.save(&path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        load_image(&path, 1).unwrap();
        for kept in [whole.len() / 2, whole.len() * 9 / 10] {
            std::fs::write(&path, &whole[..kept]).unwrap();
            let error = load_image(&path, 1).expect_err(name);
            assert!(matches!(error, DataError::Truncated { .. } | DataError::Decode { .. }), "{name}: {error}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

#[test]
fn a_thumbnail_does_not_make_a_truncated_jpeg_whole() {
    let (_folder, path) = place("cut.jpg");
    jpeg(&path, ColorType::Luma, &[250], &[5], Some(b"Exif\0\0\xff\xd8 a thumbnail \xff\xd9"));
    load_image(&path, 1).unwrap();
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 2]).unwrap();
    assert!(matches!(load_image(&path, 1), Err(DataError::Truncated { .. })));
}

#[test]
fn more_pixels_than_the_limit_are_refused_before_decoding() {
    let (_folder, path) = place("wide.pgm");
    // 9000 x 9000, of which not one is there.
    std::fs::write(&path, "P5 9000 9000 255\n").unwrap();
    let error = load_image(&path, 1).unwrap_err();
    assert!(matches!(error, DataError::TooManyPixels { width: 9000, height: 9000, .. }), "{error}");
}

#[test]
fn one_pixel_is_an_image() {
    let (_folder, path) = place("dot.png");
    GrayImage::from_raw(1, 1, vec![123]).unwrap().save(&path).unwrap();
    let dot = load_image(&path, 1).unwrap();
    assert_eq!(resize(&dot, 4, 3), Image8 { width: 4, height: 3, channels: 1, pixels: vec![123; 12] });
}

#[test]
fn resizing_averages_what_it_loses_and_keeps_what_fits() {
    // A checkerboard of single pixels: a filter that is not antialiased would keep black or white.
    let board = Image8 {
        width: 16,
        height: 16,
        channels: 1,
        pixels: (0..256).map(|i| (((i + i / 16) % 2) * 255) as u8).collect(),
    };
    assert_eq!(resize(&board, 16, 16), board);
    let small = resize(&board, 4, 4);
    assert_eq!(small.pixels, [128; 16]);
    let colours = Image8 { width: 2, height: 1, channels: 3, pixels: vec![10, 20, 30, 10, 20, 30] };
    assert_eq!(resize(&colours, 1, 2).pixels, [10, 20, 30, 10, 20, 30]);
}

#[test]
fn a_crop_is_reduced_and_never_enlarged() {
    let image = Image8 { width: 4, height: 3, channels: 1, pixels: (0..12).map(|i| i * 10).collect() };
    let crop = Crop { x: 1, y: 1, width: 2, height: 2 };
    assert_eq!(reduce(&image, crop, 1, 2).unwrap().pixels, [55, 95]);
    let error = reduce(&image, crop, 3, 2).unwrap_err();
    assert_eq!(error, FrameError::TooSmall { found: (2, 2), expected: (3, 2) });
    let beyond = Crop { x: 3, ..crop };
    assert_eq!(
        reduce(&image, beyond, 1, 1).unwrap_err().to_string(),
        "crop: found 3,1,2x2, expected it within the frame's 4x3"
    );
}
