//! Every message beside its exact bytes, and frames that arrive damaged.

extern crate std;

use std::vec::Vec;

use super::frame::{self, Deframer, MAX_FRAME, MAX_PAYLOAD};
use super::message::MAX_PART;
use super::rows::RowAssembly;
use super::*;
use crate::model::MapShape;
use crate::model::layout::CRC32;

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
    frame::encode(7, message, &mut [0; MAX_FRAME]).unwrap().to_vec()
}

/// The payload of `message`, numbered 7, is 7 and `expected`, and reads back as `message`.
macro_rules! loopback {
    ($type:ty, $message:expr, $expected:expr) => {
        let message = $message;
        let frame = frame_of(&message);
        assert!(frame[..frame.len() - 1].iter().all(|&b| b != 0), "a zero byte inside a frame");
        let payload = deframe(&frame).remove(0).unwrap();
        assert_eq!(payload, [&[7], &$expected[..]].concat(), "{message:?}");
        assert_eq!(frame::decode::<$type>(&payload), Ok((7, message)));
    };
}

#[test]
fn requests_have_these_bytes() {
    loopback!(Request, Request::Identify, [0]);
    loopback!(Request, Request::Status, [1]);
    loopback!(Request, Request::Begin { image: 3, checksums: true }, [2, 3, 1]);
    let part = Request::RowPart { image: 3, row: 300, offset: 5, bytes: &[0, 255, 7] };
    loopback!(Request, part, [3, 3, 0xac, 0x02, 5, 3, 0, 255, 7]);
    loopback!(Request, Request::Finish { image: 3 }, [4, 3]);
    loopback!(Request, Request::Score { image: 3, class: 1 }, [5, 3, 1]);
    loopback!(Request, Request::MapPart { image: 3, map: 1, row: 2, offset: 128 }, [6, 3, 1, 2, 0x80, 0x01]);
    loopback!(Request, Request::LabelPart { image: 3, row: 2, offset: 9 }, [7, 3, 2, 9]);
    loopback!(Request, Request::Checksum { image: 3, index: 9 }, [8, 3, 9]);
    loopback!(Request, Request::BeginUpdate { bytes: 300, crc32: 1, plan: &[4, 5] }, [9, 0xac, 0x02, 1, 2, 4, 5]);
    loopback!(Request, Request::UpdatePart { crc32: 1, offset: 256, bytes: &[8] }, [10, 1, 0x80, 0x02, 1, 8]);
    loopback!(Request, Request::CommitUpdate { crc32: 2 }, [11, 2]);
    loopback!(Request, Request::Shutdown, [12]);
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
        arena_room: 1001,
        model_room: 5,
        kernels: 129,
        ticks_per_second: 9,
        board: "b",
        trained_on: "xy",
    };
    #[rustfmt::skip]
    let identity_bytes = [
        0, 2, 0x84, 0x86, 0x88, 0x08, 0xa0, 0x01, 96, 3, 1, 80, 48, 2, 0xe8, 0x07, 0xe9, 0x07, 5, 0x81, 0x01, 9, 1, b'b', 2,
        b'x', b'y',
    ];
    loopback!(Reply, Reply::Identity(identity), identity_bytes);
    let status = Status {
        uptime_ms: 1,
        images: 2,
        damaged_frames: 3,
        last: Some(Verdict { class: 1, q16: -3 }),
        ticks: 4,
        stack_used: 5,
        stack_bytes: 6,
        last_error: "e",
    };
    loopback!(Reply, Reply::Status(status), [1, 1, 2, 3, 1, 1, 5, 4, 5, 6, 1, b'e']);
    loopback!(Reply, Reply::Ready { image: 3, row: 1024, offset: 0 }, [2, 3, 0x80, 0x08, 0]);
    loopback!(Reply, Reply::Judged { image: 3, taps: 16, ticks: 128 }, [3, 3, 16, 0x80, 0x01]);
    loopback!(Reply, Reply::Score { class: 1, q16: -3 }, [4, 1, 5]);
    loopback!(Reply, Reply::Part { bytes: &[9] }, [5, 1, 9]);
    loopback!(Reply, Reply::Checksum { tap: 258, crc32: 127 }, [6, 0x82, 0x02, 127]);
    loopback!(Reply, Reply::UpdateReady { offset: 256 }, [7, 0x80, 0x02]);
    loopback!(Reply, Reply::Updated { crc32: 127 }, [8, 127]);
    loopback!(Reply, Reply::Done, [9]);
}

#[test]
fn refusals_have_these_bytes() {
    let refusals: [(Refusal, &[u8]); 25] = [
        (Refusal::BadFrame(FrameError::TooLong), &[0, 0]),
        (Refusal::BadFrame(FrameError::Garbled), &[0, 1]),
        (Refusal::BadFrame(FrameError::Checksum { found: 1, expected: 2 }), &[0, 2, 1, 2]),
        (Refusal::BadFrame(FrameError::NotAMessage), &[0, 3]),
        (Refusal::OtherImage, &[1]),
        (Refusal::NotJudged, &[2]),
        (Refusal::WrongRow { found: 1, expected: 2 }, &[3, 1, 2]),
        (Refusal::WrongOffset { found: 1, expected: 2 }, &[4, 1, 2]),
        (Refusal::WrongLength { found: 1, most: 2 }, &[5, 1, 2]),
        (Refusal::TooManyRows { expected: 2 }, &[6, 2]),
        (Refusal::Unfinished { found: 1, expected: 2 }, &[7, 1, 2]),
        (Refusal::NoSuchResult, &[8]),
        (Refusal::ArenaTooSmall { found: 1, expected: 2 }, &[9, 1, 2]),
        (Refusal::ArenaMisaligned { remainder: 4 }, &[10, 4]),
        (Refusal::ForeignPlan, &[11]),
        (UpdateError::NoSlot.into(), &[12, 0]),
        (UpdateError::TooLarge { found: 2, most: 1 }.into(), &[12, 1, 2, 1]),
        (UpdateError::NotBegun.into(), &[12, 2]),
        (UpdateError::WrongOffset { found: 1, expected: 2 }.into(), &[12, 3, 1, 2]),
        (UpdateError::Unfinished { found: 1, expected: 2 }.into(), &[12, 4, 1, 2]),
        (UpdateError::Checksum { found: 1, expected: 2 }.into(), &[12, 5, 1, 2]),
        (UpdateError::NotAModel.into(), &[12, 6]),
        (UpdateError::ForeignPlan.into(), &[12, 7]),
        (UpdateError::ArenaTooSmall { found: 1, expected: 2 }.into(), &[12, 8, 1, 2]),
        (UpdateError::Flash.into(), &[12, 9]),
    ];
    for (refusal, bytes) in refusals {
        loopback!(Reply, Reply::Refused(refusal), [&[10], bytes].concat());
    }
}

#[test]
fn a_frame_has_these_bytes() {
    // 07 01, their CRC-32 (ISO-HDLC, little endian), stuffed: no byte of it is zero, so the first one says seven.
    let [a, b, c, d] = CRC32.checksum(&[7, 1]).to_le_bytes();
    assert_eq!(frame_of(&Request::Status), [7, 7, 1, a, b, c, d, 0]);
    assert_eq!(CRC32.checksum(b"123456789"), 0xcbf4_3926, "the check value of CRC-32/ISO-HDLC");
}

#[test]
fn the_longest_messages_fit_a_frame() {
    for fill in [0u8, 1, 255] {
        let bytes = [fill; MAX_PART];
        let (most, number) = (u16::MAX, u16::MAX);
        let part = Request::RowPart { image: most, row: most, offset: most, bytes: &bytes };
        let frame = frame::encode(number, &part, &mut [0; MAX_FRAME]).unwrap().to_vec();
        assert_eq!(frame::decode(&deframe(&frame).remove(0).unwrap()), Ok((number, part)));
        let plan = &bytes[..crate::stream::MAX_STORED_PLAN];
        let begin = Request::BeginUpdate { bytes: u32::MAX, crc32: u32::MAX, plan };
        let frame = frame::encode(number, &begin, &mut [0; MAX_FRAME]).unwrap().to_vec();
        assert_eq!(frame::decode(&deframe(&frame).remove(0).unwrap()), Ok((number, begin)));
    }
    let too_long = [0; MAX_PAYLOAD];
    let part = Request::UpdatePart { crc32: 0, offset: 0, bytes: &too_long };
    assert_eq!(frame::encode(1, &part, &mut [0; MAX_FRAME]), Err(FrameError::TooLong));
}

#[test]
fn the_frame_after_a_damaged_one_is_received() {
    let good = frame_of(&Request::Begin { image: 1, checksums: false });
    let received = Ok(std::vec![7, 2, 1, 0]);
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
    let good = frame_of(&Request::Status);
    let endless: Vec<u8> = std::iter::repeat_n(0x7f, 3 * MAX_FRAME).collect();
    assert_eq!(deframe(&[&endless[..], &[0], &good].concat()), [Err(FrameError::TooLong), Ok(std::vec![7, 1])]);
    assert_eq!(deframe(&[&[9, 9, 0, 0, 0][..], &good].concat()), [Err(FrameError::Garbled), Ok(std::vec![7, 1])]);
    // Well stuffed, but shorter than a checksum.
    assert_eq!(deframe(&[2, 9, 0]), [Err(FrameError::Garbled)]);
}

#[test]
fn only_exact_messages_are_messages() {
    for bytes in [&[7, 99][..], &[7, 2], &[7, 1, 0], &[7], &[]] {
        assert_eq!(frame::decode::<Request>(bytes), Err(FrameError::NotAMessage), "{bytes:?}");
    }
}

#[test]
fn rows_are_put_together_in_order() {
    let mut rows = RowAssembly::new(MapShape { height: 4, width: 300, channels: 1 });
    let row: Vec<u8> = (0..300).map(|i| i as u8).collect();
    let mut add = |y: u16, offset: usize, end: usize| {
        rows.add(y, offset as u16, &row[offset..end]).map(|whole| whole.map(<[u8]>::to_vec))
    };
    for y in 0..2 {
        assert_eq!(add(y, 0, 256), Ok(None));
        assert_eq!(add(y, 0, 256), Ok(None), "a part that arrives twice changes nothing");
        assert_eq!(add(y, 256, 300), Ok(Some(row.clone())));
    }
    assert_eq!(add(1, 256, 300), Ok(None), "a part of a row that is complete changes nothing");
    assert_eq!(add(3, 0, 9), Err(Refusal::WrongRow { found: 3, expected: 2 }));
    assert_eq!(add(2, 1, 9), Err(Refusal::WrongOffset { found: 1, expected: 0 }));
    assert_eq!(add(2, 0, 0), Err(Refusal::WrongLength { found: 0, most: 256 }));
    assert_eq!(add(2, 0, 256), Ok(None));
    assert_eq!(add(2, 255, 300), Err(Refusal::WrongOffset { found: 255, expected: 256 }));
    assert_eq!(add(2, 256, 300), Ok(Some(row.clone())));
    assert_eq!(add(3, 0, 256).and(add(3, 256, 300)), Ok(Some(row.clone())));
    assert_eq!(add(4, 0, 9), Err(Refusal::TooManyRows { expected: 4 }));
    assert_eq!(rows.ready(5), Reply::Ready { image: 5, row: 4, offset: 0 });
}
