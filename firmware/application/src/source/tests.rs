//! Sources against exact transactions of their buses, and what they say when a device is not there.

use std::string::ToString;
use std::vec;
use std::vec::Vec;

use embedded_hal_mock::eh1::delay::NoopDelay;
use embedded_hal_mock::eh1::i2c::{Mock as I2cMock, Transaction as I2c};
use embedded_hal_mock::eh1::spi::{Mock as SpiMock, Transaction as Spi};
use switchback::model::MapShape;

use super::{ArduCam, ArduCamError, Colours, FRAME_START, Grey, RowSource, Still, StillLength, Stream, StreamError};

fn written(register: u8, value: u8) -> [Spi<u8>; 3] {
    [Spi::transaction_start(), Spi::write_vec(vec![0x80 | register, value]), Spi::transaction_end()]
}

fn read(register: u8, values: &[u8]) -> [Spi<u8>; 4] {
    [Spi::transaction_start(), Spi::write_vec(vec![register]), Spi::read_vec(values.to_vec()), Spi::transaction_end()]
}

/// What the bridge sees of a start.
fn bridge_start() -> Vec<Spi<u8>> {
    let mut spi = [written(0x07, 0x80), written(0x07, 0x00), written(0x00, 0x55)].concat();
    spi.extend(read(0x00, &[0x55]));
    spi
}

/// What the sensor sees of a start.
fn sensor_start(product: [u8; 2], image_mode: u8) -> Vec<I2c> {
    let write = |register, value| I2c::write(0x30, vec![register, value]);
    let mut i2c = vec![write(0xff, 0x01), write(0x12, 0x80), write(0xff, 0x01)];
    for (register, value) in [(0x0a, product[0]), (0x0b, product[1])] {
        i2c.extend([I2c::write(0x30, vec![register]), I2c::read(0x30, vec![value])]);
    }
    #[rustfmt::skip]
    let registers = [
        (0xff, 0x01), (0x12, 0x40), (0x17, 0x11), (0x18, 0x43), (0x19, 0x00), (0x1a, 0x4b), (0x32, 0x09),
        (0xff, 0x00), (0xe0, 0x04), (0xc0, 0x64), (0xc1, 0x4b), (0x8c, 0x00), (0x86, 0x3d), (0x50, 0x89),
        (0x51, 0xc8), (0x52, 0x96), (0x53, 0x00), (0x54, 0x00), (0x55, 0x00), (0x57, 0x00), (0x5a, 0x50),
        (0x5b, 0x3c), (0x5c, 0x00), (0xd3, 0x82), (0xda, image_mode), (0xe0, 0x00), (0x05, 0x00),
    ];
    i2c.extend(registers.map(|(register, value)| write(register, value)));
    i2c
}

/// A frame as the FIFO gives it, `bytes` of them.
fn captured(bytes: [u8; 3]) -> Vec<Spi<u8>> {
    let mut spi = [written(0x04, 0x01), written(0x04, 0x02)].concat();
    for transactions in [read(0x41, &[0x00]), read(0x41, &[0x08])] {
        spi.extend(transactions);
    }
    for (register, byte) in (0x42..).zip(bytes) {
        spi.extend(read(register, &[byte]));
    }
    spi
}

#[test]
fn arducam_gives_luma_row_by_row() {
    let rows: [Vec<u8>; 2] = [0u8, 7].map(|y| (0..320u32).flat_map(|x| [x as u8 ^ y, 128]).collect());
    let mut spi = bridge_start();
    spi.extend(written(0x01, 0x00));
    spi.extend(captured([0x00, 0x58, 0x02])); // 153,600 bytes
    for row in &rows {
        spi.extend(read(0x3c, row));
    }
    let (mut spi, mut i2c) = (SpiMock::new(&spi), I2cMock::new(&sensor_start([0x26, 0x42], 0x00)));
    let mut camera = ArduCam::start(spi.clone(), i2c.clone(), NoopDelay, Colours::Grey).expect("a camera");
    assert_eq!(camera.shape(), MapShape { height: 240, width: 320, channels: 1 });
    camera.start_frame().expect("a frame");
    for y in [0, 7] {
        let mut row = [0xaa; 320];
        camera.read_row(&mut row).expect("a row");
        assert!((0..320u32).all(|x| row[x as usize] == x as u8 ^ y));
    }
    spi.done();
    i2c.done();
}

#[test]
fn arducam_gives_colours() {
    let mut row = [0xff; 640];
    row[..10].copy_from_slice(&[0xf8, 0x00, 0x07, 0xe0, 0x00, 0x1f, 0x00, 0x00, 0x84, 0x10]);
    let mut spi = bridge_start();
    spi.extend(written(0x01, 0x00));
    spi.extend(captured([0x00, 0x58, 0x02]));
    spi.extend(read(0x3c, &row));
    let (mut spi, mut i2c) = (SpiMock::new(&spi), I2cMock::new(&sensor_start([0x26, 0x41], 0x08)));
    let mut camera = ArduCam::start(spi.clone(), i2c.clone(), NoopDelay, Colours::Rgb).expect("a camera");
    assert_eq!(camera.shape().channels, 3);
    camera.start_frame().expect("a frame");
    let mut colours = [0; 960];
    camera.read_row(&mut colours).expect("a row");
    assert_eq!(colours[..15], [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 132, 130, 132]);
    assert!(colours[15..].iter().all(|&value| value == 255));
    spi.done();
    i2c.done();
}

#[test]
fn another_bridge_and_another_sensor_are_told_apart() {
    let mut spi = [written(0x07, 0x80), written(0x07, 0x00), written(0x00, 0x55)].concat();
    spi.extend(read(0x00, &[0xff]));
    let (mut spi, mut i2c) = (SpiMock::new(&spi), I2cMock::new(&[]));
    let error = ArduCam::start(spi.clone(), i2c.clone(), NoopDelay, Colours::Grey).map(drop).expect_err("no bridge");
    assert_eq!(error, ArduCamError::Bridge { found: 0xff });
    assert_eq!(error.to_string(), "camera's test register: found 0xff, expected 0x55 as it was written");
    spi.done();
    i2c.done();

    let other = sensor_start([0x56, 0x40], 0)[..7].to_vec();
    let (mut spi, mut i2c) = (SpiMock::new(&bridge_start()), I2cMock::new(&other));
    let error = ArduCam::start(spi.clone(), i2c.clone(), NoopDelay, Colours::Grey).map(drop).expect_err("OV5640");
    assert_eq!(error.to_string(), "camera's sensor: found product 0x5640, expected 0x2640 (OV2640)");
    spi.done();
    i2c.done();
}

#[test]
fn a_frame_that_does_not_come_or_is_short_is_an_error() {
    let start = |more: &[Spi<u8>]| {
        let mut spi = bridge_start();
        spi.extend(written(0x01, 0x00));
        spi.extend_from_slice(more);
        let (spi, i2c) = (SpiMock::new(&spi), I2cMock::new(&sensor_start([0x26, 0x42], 0x00)));
        let camera = ArduCam::start(spi.clone(), i2c.clone(), NoopDelay, Colours::Grey).expect("a camera");
        (camera, spi, i2c)
    };
    let (mut camera, mut spi, mut i2c) = start(&captured([0xff, 0x57, 0x02]));
    let error = camera.start_frame().expect_err("short");
    assert_eq!(error.to_string(), "camera's frame: found 153599 bytes, expected at least 153600");
    spi.done();
    i2c.done();

    let mut never = [written(0x04, 0x01), written(0x04, 0x02)].concat();
    never.extend((0..=1000).flat_map(|_| read(0x41, &[0x00])));
    let (mut camera, mut spi, mut i2c) = start(&never);
    assert_eq!(camera.start_frame(), Err(ArduCamError::Timeout));
    spi.done();
    i2c.done();
}

#[test]
fn a_bus_that_fails_is_named() {
    use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
    let nobody = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
    let (mut spi, mut i2c) =
        (SpiMock::new(&bridge_start()), I2cMock::new(&[I2c::write(0x30, vec![0xff, 0x01]).with_error(nobody)]));
    let error = ArduCam::start(spi.clone(), i2c.clone(), NoopDelay, Colours::Grey).map(drop).expect_err("nobody");
    assert_eq!(error, ArduCamError::I2c(nobody));
    assert!(error.to_string().starts_with("camera's I2C: "), "{error}");
    spi.done();
    i2c.done();
}

#[test]
fn a_still_image_comes_again_and_again() {
    let (shape, pixels) = (MapShape { height: 2, width: 3, channels: 1 }, [1, 2, 3, 4, 5, 6]);
    let mut still = Still::new(shape, &pixels).expect("an image");
    for _ in 0..2 {
        still.start_frame().expect("a frame");
        let mut row = [0; 3];
        still.read_row(&mut row).expect("a row");
        assert_eq!(row, [1, 2, 3]);
        still.read_row(&mut row).expect("a row");
        assert_eq!(row, [4, 5, 6]);
    }
    let error = Still::new(shape, &pixels[1..]).map(drop).expect_err("too short");
    assert_eq!(error, StillLength { found: 5, expected: 6 });
    assert_eq!(error.to_string(), "still image: found 5 bytes, expected 6");
}

#[test]
fn a_stream_finds_the_next_frame_after_bytes_are_lost() {
    let shape = MapShape { height: 2, width: 2, channels: 1 };
    // Half a frame, noise that looks like a start, two frames.
    let bytes = [b"SBFR\x01\x02\x03".as_slice(), b"SBSBFR", &[5, 6, 7, 8], &FRAME_START, &[9, 10, 11, 12]].concat();
    let mut stream = Stream::new(bytes.as_slice(), shape);
    let mut row = [0; 2];
    stream.start_frame().expect("the first");
    stream.read_row(&mut row).expect("a row");
    assert_eq!(row, [1, 2]);
    stream.start_frame().expect("the second");
    stream.read_row(&mut row).expect("a row");
    assert_eq!(row, [5, 6]);
    stream.read_row(&mut row).expect("a row");
    assert_eq!(row, [7, 8]);
    stream.start_frame().expect("the third");
    stream.read_row(&mut row).expect("a row");
    stream.read_row(&mut row).expect("a row");
    assert_eq!(row, [11, 12]);
    assert_eq!(stream.start_frame(), Err(StreamError::Ended));
    assert_eq!(
        stream.read_row(&mut row).expect_err("ended").to_string(),
        "camera's stream: found its end, expected a frame"
    );

    let mut noise = Stream::new([0x5a; 100].as_slice(), shape);
    assert_eq!(noise.start_frame(), Err(StreamError::NoStart { skipped: 16 }));
}

#[test]
fn grey_is_the_luma_of_colours_and_grey_stays_grey() {
    let shape = MapShape { height: 1, width: 3, channels: 3 };
    let pixels = [255, 0, 0, 0, 255, 0, 90, 90, 90];
    let mut colours = [0; 9];
    let mut source = Grey::new(Still::new(shape, &pixels).expect("an image"), &mut colours);
    assert_eq!(source.shape(), MapShape { channels: 1, ..shape });
    source.start_frame().expect("a frame");
    let mut row = [1; 3];
    source.read_row(&mut row).expect("a row");
    assert_eq!(row, [54, 182, 90]);

    let shape = MapShape { channels: 1, ..shape };
    let mut source = Grey::new(Still::new(shape, &[7, 8, 9]).expect("an image"), &mut []);
    source.start_frame().expect("a frame");
    source.read_row(&mut row).expect("a row");
    assert_eq!(row, [7, 8, 9]);
}
