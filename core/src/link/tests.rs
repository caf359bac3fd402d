//! Every message beside its exact bytes, and frames that arrive damaged.

extern crate std;

use std::vec::Vec;

use super::frame::{self, Deframer, MAX_FRAME, MAX_PAYLOAD};
use super::message::MAX_PART;
use super::rows::RowAssembly;
use super::*;

/// Feeds `bytes` and collects, for each frame, its payload or why it was dropped.
fn deframe(bytes: &[u8]) -> Vec<Result<Vec<u8>, FrameError>> {
    let mut deframer = Deframer::new();
    let mut frames = Vec::new();
    for &byte in bytes {
        match deframer.push(byte) {
            Ok(true) => frames.push(Ok(deframer.payload().to_vec())),
            Ok(false) => {}
            Err(error) => frames.push(Err(error)),
        }
    }
    frames
}

fn frame_of(message: &impl serde::Serialize) -> Vec<u8> {
    frame::encode(message, &mut [0; MAX_FRAME]).unwrap().to_vec()
}

/// The payload of `message` is `expected`, and reads back as `message`.
macro_rules! loopback {
    ($type:ty, $message:expr, $expected:expr) => {
        let message = $message;
        let frame = frame_of(&message);
        assert!(frame[..frame.len() - 1].iter().all(|&b| b != 0), "a zero byte inside a frame");
        let payload = deframe(&frame).remove(0).unwrap();
        assert_eq!(payload, $expected, "{message:?}");
        assert_eq!(frame::decode::<$type>(&payload), Ok(message));
    };
}

#[test]
fn requests_have_these_bytes() {
    loopback!(Request, Request::Identify, [0]);
    loopback!(Request, Request::Begin { checksums: true }, [1, 1]);
    loopback!(Request, Request::RowPart { row: 300, offset: 5, bytes: &[0, 255, 7] }, [2, 0xac, 0x02, 5, 3, 0, 255, 7]);
    loopback!(Request, Request::Finish, [3]);
    loopback!(Request, Request::Shutdown, [4]);
}

#[test]
fn replies_have_these_bytes() {
    let identity = Identity {
        protocol: PROTOCOL,
        model_crc32: 0x0102_0304,
        input_width: 160,
        input_height: 96,
        input_channels: 3,
        maps: 1,
        map_width: 80,
        map_height: 48,
        classes: 2,
        arena_bytes: 1000,
        board: "b",
        trained_on: "xy",
    };
    #[rustfmt::skip]
    let identity_bytes =
        [0, 1, 0x84, 0x86, 0x88, 0x08, 0xa0, 0x01, 96, 3, 1, 80, 48, 2, 0xe8, 0x07, 1, b'b', 2, b'x', b'y'];
    loopback!(Reply, Reply::Identity(identity), identity_bytes);
    loopback!(Reply, Reply::Ready { next: 1024 }, [1, 0x80, 0x08]);
    loopback!(Reply, Reply::Score { class: 1, q16: -3 }, [2, 1, 5]);
    loopback!(Reply, Reply::MapPart { map: 2, row: 1, offset: 0, bytes: &[9] }, [3, 2, 1, 0, 1, 9]);
    loopback!(Reply, Reply::LabelPart { row: 1, offset: 0, bytes: &[1, 0] }, [4, 1, 0, 2, 1, 0]);
    loopback!(Reply, Reply::Checksum { tap: 258, crc32: 127 }, [5, 0x82, 0x02, 127]);
    loopback!(Reply, Reply::Done, [6]);
}

#[test]
fn refusals_have_these_bytes() {
    let refusals: [(Refusal, &[u8]); 11] = [
        (Refusal::BadFrame(FrameError::TooLong), &[0, 0]),
        (Refusal::BadFrame(FrameError::Garbled), &[0, 1]),
        (Refusal::BadFrame(FrameError::Checksum { found: 1, expected: 2 }), &[0, 2, 1, 2]),
        (Refusal::BadFrame(FrameError::NotAMessage), &[0, 3]),
        (Refusal::NotBegun, &[1]),
        (Refusal::WrongRow { found: 1, expected: 2 }, &[2, 1, 2]),
        (Refusal::WrongOffset { found: 1, expected: 2 }, &[3, 1, 2]),
        (Refusal::WrongLength { found: 1, most: 2 }, &[4, 1, 2]),
        (Refusal::TooManyRows { expected: 2 }, &[5, 2]),
        (Refusal::Unfinished { found: 1, expected: 2 }, &[6, 1, 2]),
        (Refusal::ArenaTooSmall { found: 1, expected: 2 }, &[7, 1, 2]),
    ];
    for (refusal, bytes) in refusals {
        loopback!(Reply, Reply::Refused(refusal), [&[7], bytes].concat());
    }
    loopback!(Reply, Reply::Refused(Refusal::ArenaMisaligned { remainder: 4 }), [7, 8, 4]);
}

#[test]
fn a_frame_has_these_bytes() {
    // 03, its CRC-32 (ISO-HDLC, little endian), stuffed: no byte of it is zero, so the first one says six.
    assert_eq!(frame_of(&Request::Finish), [6, 0x03, 0x37, 0xbe, 0x0b, 0x4b, 0]);
}

#[test]
fn the_longest_messages_fit_a_frame() {
    for fill in [0u8, 1, 255] {
        let bytes = [fill; MAX_PART];
        let part = Reply::MapPart { map: u8::MAX, row: u16::MAX, offset: u16::MAX, bytes: &bytes };
        let frame = frame_of(&part);
        assert_eq!(frame::decode(&deframe(&frame).remove(0).unwrap()), Ok(part));
    }
    let too_long = [0; MAX_PAYLOAD];
    let part = Request::RowPart { row: 0, offset: 0, bytes: &too_long };
    assert_eq!(frame::encode(&part, &mut [0; MAX_FRAME]), Err(FrameError::TooLong));
}

#[test]
fn the_frame_after_a_damaged_one_is_received() {
    let good = frame_of(&Request::Begin { checksums: false });
    let received = Ok(std::vec![1, 0]);
    // Every single-byte change of a frame is noticed and costs that frame, or, where it makes or removes an end, its
    // neighbour too; the one after is whole.
    for at in 0..good.len() {
        for change in 1..=255 {
            let mut bytes = [good.clone(), good.clone(), good.clone()].concat();
            bytes[at] ^= change;
            let frames = deframe(&bytes);
            assert_eq!(frames.last(), Some(&received), "byte {at} changed by {change:02x}");
            assert!(frames.iter().filter(|f| **f == received).count() <= 2, "byte {at} changed by {change:02x}");
            assert!(frames.iter().all(|f| f.is_err() || *f == received), "byte {at} changed by {change:02x}");
        }
    }
}

#[test]
fn garbage_is_dropped_up_to_its_end() {
    let good = frame_of(&Request::Finish);
    let endless: Vec<u8> = std::iter::repeat_n(0x7f, 3 * MAX_FRAME).collect();
    assert_eq!(deframe(&[&endless[..], &[0], &good].concat()), [Err(FrameError::TooLong), Ok(std::vec![3])]);
    assert_eq!(deframe(&[&[9, 9, 0, 0, 0][..], &good].concat()), [Err(FrameError::Garbled), Ok(std::vec![3])]);
    // Well stuffed, but shorter than a checksum.
    assert_eq!(deframe(&[2, 9, 0]), [Err(FrameError::Garbled)]);
}

#[test]
fn only_exact_messages_are_messages() {
    assert_eq!(frame::decode::<Request>(&[9]), Err(FrameError::NotAMessage));
    assert_eq!(frame::decode::<Request>(&[1]), Err(FrameError::NotAMessage));
    assert_eq!(frame::decode::<Request>(&[3, 0]), Err(FrameError::NotAMessage));
}

#[test]
fn rows_are_put_together_in_order() {
    let mut rows = RowAssembly::new(300);
    let row: Vec<u8> = (0..300).map(|i| i as u8).collect();
    for y in 0..2 {
        let mut whole = None;
        for (offset, part) in parts(&row) {
            whole = rows.add(y, offset, part).unwrap().map(<[u8]>::to_vec);
        }
        assert_eq!(whole.as_ref(), Some(&row));
    }
    assert_eq!(rows.next(), 2);
    assert_eq!(rows.add(1, 0, &row[..9]), Err(Refusal::WrongRow { found: 1, expected: 2 }));
    assert_eq!(rows.add(2, 1, &row[..9]), Err(Refusal::WrongOffset { found: 1, expected: 0 }));
    assert_eq!(rows.add(2, 0, &[]), Err(Refusal::WrongLength { found: 0, most: 256 }));
    assert_eq!(rows.add(2, 0, &row[..256]), Ok(None));
    assert_eq!(rows.add(2, 256, &row[..45]), Err(Refusal::WrongLength { found: 45, most: 44 }));
}
