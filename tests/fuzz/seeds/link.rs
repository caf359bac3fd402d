//! Conversations with a device.

use fuzz::link::{FASTEST, MESSAGES, SHORT_ARENA};
use parity::random_model;
use postcard::to_allocvec;
use switchback::link::Request;
use switchback::link::frame::{MAX_FRAME, encode};
use switchback::model::Model;
use switchback::model::layout::CRC32;
use switchback::stream::{MAX_STORED_PLAN, Plan};

use crate::Seed;

/// Bytes of a part of an update: the target has one byte for the length of a message.
const PART: usize = 240;

/// Inputs of the target `link`.
pub fn conversations() -> Vec<Seed> {
    let file = random_model::small();
    let model = Model::parse(file.as_slice()).expect("a valid model");
    let pixels = random_model::image(model.network(), 3);
    let row_bytes = model.network().input().row_elements();

    let mut image = vec![Request::Identify, Request::Status, Request::Begin { image: 3, checksums: true }];
    for (row, bytes) in pixels.chunks(row_bytes).enumerate() {
        image.push(Request::RowPart { image: 3, row: row as u16, offset: 0, bytes });
    }
    image.push(Request::Finish { image: 3 });
    image.extend([Request::Score { image: 3, class: 1 }, Request::Checksum { image: 3, index: 2 }]);
    image.push(Request::MapPart { image: 3, map: 0, row: 1, offset: 1 });
    image.push(Request::LabelPart { image: 3, row: 1, offset: 1 });
    image.extend([Request::Begin { image: 4, checksums: false }, Request::Shutdown]);

    let mut buffer = [0; MAX_STORED_PLAN];
    let plan = Plan::new(model.network());
    let plan = plan.write(&mut buffer);
    let crc32 = CRC32.checksum(file.as_slice()) ^ 1;
    let bytes = file.as_slice().len() as u32;
    let mut update = vec![Request::BeginUpdate { bytes, crc32, plan }];
    for (i, bytes) in file.as_slice().chunks(PART).enumerate() {
        update.push(Request::UpdatePart { crc32, offset: (PART * i) as u32, bytes });
    }
    update.push(Request::CommitUpdate { crc32 });

    vec![
        ("seed-image".into(), messages(MESSAGES, &image)),
        ("seed-fastest".into(), messages(MESSAGES | FASTEST, &image)),
        ("seed-short-arena".into(), messages(MESSAGES | SHORT_ARENA, &image[..4])),
        ("seed-update".into(), messages(MESSAGES, &update)),
        ("seed-bytes".into(), bytes_of(&image[..6])),
    ]
}

/// Requests as the target puts them in frames.
fn messages(choice: u8, requests: &[Request<'_>]) -> Vec<u8> {
    let mut input = vec![choice];
    for (number, request) in (1u16..).zip(requests) {
        let bytes = to_allocvec(request).expect("a request");
        input.push(bytes.len().try_into().expect("a short request"));
        input.extend(number.to_le_bytes());
        input.extend(bytes);
    }
    input
}

/// Requests as they come over the line.
fn bytes_of(requests: &[Request<'_>]) -> Vec<u8> {
    let mut input = vec![0];
    for (number, request) in (1u16..).zip(requests) {
        input.extend(encode(number, request, &mut [0; MAX_FRAME]).expect("a short request"));
    }
    input
}
