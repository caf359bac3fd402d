//! A frame through source, filter and session gives what the whole frame, filtered on the host, gives.

use std::string::ToString;
use std::vec;
use std::vec::Vec;

use parity::frames::box_filtered;
use parity::random_model;
use switchback::frame::{BoxFilter, Crop};
use switchback::model::{AlignedBytes, MapShape, Model};
use switchback::stream::{Checksums, Plan, RowError, Session, Tap};

use super::network;
use crate::source::{FRAME_START, RowSource, Still, Stream};
use crate::{CaptureError, capture};

/// Every layer's checksum, scores and labels.
type Seen = (Vec<(Tap, u32)>, Vec<i32>, Vec<u8>);

fn seen(session: &mut Session<'_, Checksums>) -> Seen {
    let result = session.finish().expect("a whole image");
    let scores = result.scores().iter().map(|score| score.to_bits()).collect();
    let labels = (0..result.shape().height).flat_map(|y| result.label_row(y).to_vec()).collect();
    (session.observer().iter().collect(), scores, labels)
}

fn check(channels: usize, crop: Crop) {
    let (network, bytes) = network(40, 36, channels as u8);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let input = network.input();
    let frame = MapShape { height: 90, width: 120, channels };
    let colours = unpatterned(frame);
    let small = box_filtered(frame, crop, input, &colours);

    let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
    let mut session = Session::with_observer(&model, memory.as_mut_slice(), Checksums::new()).expect("an arena");
    for row in small.chunks_exact(input.row_elements()) {
        session.push_row(row).expect("a row");
    }
    let expected = seen(&mut session);

    let expected = (small, expected);
    assert_eq!(captured(&model, crop, Still::new(frame, &colours).expect("an image")), expected);
    let streamed = [b"noise".as_slice(), &FRAME_START, &colours].concat();
    assert_eq!(captured(&model, crop, Stream::new(streamed.as_slice(), frame)), expected);
}

/// Pixels without a pattern.
fn unpatterned(frame: MapShape) -> Vec<u8> {
    (0..frame.elements() as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// One frame of a source: the small image as `after_row` saw it, and what the session saw.
fn captured<S: RowSource>(model: &Model<'_>, crop: Crop, mut source: S) -> (Vec<u8>, Seen) {
    let (frame, input) = (source.shape(), model.network().input());
    let mut memory = AlignedBytes::zeroed(Plan::new(model.network()).arena_bytes());
    let mut session = Session::with_observer(model, memory.as_mut_slice(), Checksums::new()).expect("an arena");
    let (mut sums, mut row) = (vec![0u32; input.row_elements()], vec![0; input.row_elements()]);
    let mut filter = BoxFilter::new(frame, crop, input, &mut sums, &mut row).expect("a filter");
    let (mut buffer, mut small, mut rows) = (vec![0; frame.row_elements() + 1], Vec::new(), 0);
    capture(&mut source, &mut filter, &mut session, &mut buffer, |row| {
        rows += 1;
        small.extend_from_slice(row.unwrap_or(&[]));
    })
    .expect("a frame");
    assert_eq!(rows, frame.height);
    (small, seen(&mut session))
}

#[test]
fn a_grey_frame_gives_the_bytes_of_the_host() {
    check(1, Crop { x: 0, y: 0, width: 120, height: 90 });
    check(1, Crop { x: 7, y: 11, width: 53, height: 41 });
    check(1, Crop { x: 80, y: 54, width: 40, height: 36 });
}

#[test]
fn a_coloured_frame_gives_the_bytes_of_the_host() {
    check(3, Crop { x: 10, y: 0, width: 100, height: 90 });
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let (network, bytes) = network(40, 36, 1);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
    let mut session = Session::new(&model, memory.as_mut_slice()).expect("an arena");
    let (frame, pixels) = (MapShape { height: 40, width: 50, channels: 1 }, [9; 2000]);
    let mut source = Still::new(frame, &pixels).expect("an image");
    let mut refused = |frame: MapShape, input: MapShape, buffer: &mut [u8]| {
        let (mut sums, mut row) = ([0u32; 60], [0; 60]);
        let mut filter = BoxFilter::new(frame, Crop::whole(frame), input, &mut sums, &mut row).expect("a filter");
        capture(&mut source, &mut filter, &mut session, buffer, |_| ()).expect_err("refused")
    };
    let input = network.input();
    let buffer = refused(frame, input, &mut [0; 49]);
    assert_eq!(buffer, CaptureError::Buffer { found: 49, expected: 50 });
    assert_eq!(buffer.to_string(), "camera row's buffer: found 49 bytes, expected at least 50");
    let other = refused(MapShape { width: 51, ..frame }, input, &mut [0; 50]);
    assert_eq!(other, CaptureError::Filter(RowError::Length { found: 50, expected: 51 }));
    assert_eq!(other.to_string(), "camera's row: found 50 bytes, expected 51");
    let narrow = refused(frame, MapShape { width: 39, ..input }, &mut [0; 50]);
    assert_eq!(narrow, CaptureError::Session(RowError::Length { found: 39, expected: 40 }));
}

#[test]
fn a_source_that_fails_ends_the_capture() {
    let (network, bytes) = network(40, 36, 1);
    let model = Model::parse(bytes.as_slice()).expect("a valid model");
    let mut memory = AlignedBytes::zeroed(Plan::new(&network).arena_bytes());
    let mut session = Session::new(&model, memory.as_mut_slice()).expect("an arena");
    let frame = network.input();
    let bytes = [FRAME_START.as_slice(), &random_model::image(&network, 1)[1..]].concat();
    let mut source = Stream::new(bytes.as_slice(), frame);
    let (mut sums, mut row, mut rows) = ([0u32; 40], [0; 40], 0);
    let mut filter = BoxFilter::new(frame, Crop::whole(frame), frame, &mut sums, &mut row).expect("a filter");
    let error = capture(&mut source, &mut filter, &mut session, &mut [0; 40], |_| rows += 1).expect_err("cut off");
    assert_eq!(error.to_string(), "camera's stream: found its end, expected a frame");
    assert_eq!(rows, frame.height - 1);
}
