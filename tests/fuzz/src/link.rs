//! Bytes from a serial line -> frames -> messages -> the device's conversation.
//!
//! The first byte chooses: bit 0 that the rest is a sequence of messages, each a length, a number and as many bytes, put in
//! frames with checksums that fit (else it is what comes over the line); bit 1 the fastest plan; bit 2 an arena that is too short.

use std::convert::Infallible;
use std::sync::LazyLock;

use embedded_io::{ErrorType, Read, Write};
use parity::random_model;
use parity::recorder::GuardedArena;
use serde::ser::SerializeTuple;
use serde::{Serialize, Serializer};
use switchback::link::frame::{Deframer, MAX_FRAME, decode, encode};
use switchback::link::{Device, Host, PortError, Reply, Request, Turn, UNNUMBERED, UpdateError, check_new_model};
use switchback::model::layout::CRC32;
use switchback::model::{AlignedBytes, Model};
use switchback::stream::Plan;

/// The rest of an input is messages.
pub const MESSAGES: u8 = 1;
/// The device runs the fastest plan.
pub const FASTEST: u8 = 2;
/// The device has too short an arena for its model.
pub const SHORT_ARENA: u8 = 4;

/// Bytes of a slot for a new model.
const SLOT: usize = 4096;

static MODEL: LazyLock<AlignedBytes> = LazyLock::new(random_model::small);

/// Sends an input to a device.
///
/// # Panics
/// If the device does not answer each frame by exactly one reply with its number, or writes outside its arena.
pub fn run(input: &[u8]) {
    let Some((&choice, rest)) = input.split_first() else { return };
    let incoming = if choice & MESSAGES != 0 { frames(rest) } else { rest.to_vec() };
    let model = Model::parse(MODEL.as_slice()).expect("a valid model");
    let plan = if choice & FASTEST != 0 { Plan::within(&model, usize::MAX) } else { Plan::new(model.network()) };
    let room = plan.arena_bytes() - usize::from(choice & SHORT_ARENA != 0);
    let mut memory = GuardedArena::new(room, 0xa5);
    let mut line = Line { incoming: &incoming, outgoing: Vec::new() };
    let turn = Device::new(&mut line, &model, plan, memory.arena(), "fuzz", Store::new(room)).serve();
    memory.assert_untouched_outside();

    let answered = answered(&line.outgoing);
    let expected = expected_numbers(&incoming);
    match turn {
        Err(PortError::Closed) => assert_eq!(answered, expected),
        Ok(Turn::Stop | Turn::Updated) => assert_eq!(Some(answered.as_slice()), expected.get(..answered.len())),
        other => panic!("found {other:?}, expected the end of the line or of the conversation"),
    }
}

/// The messages of an input as frames.
fn frames(mut messages: &[u8]) -> Vec<u8> {
    let mut frames = Vec::new();
    while let [length, low, high, rest @ ..] = messages {
        let (bytes, rest) = rest.split_at(rest.len().min((*length).into()));
        let mut buffer = [0; MAX_FRAME];
        let frame = encode(u16::from_le_bytes([*low, *high]), &Raw(bytes), &mut buffer);
        frames.extend_from_slice(frame.expect("a message shorter than a frame"));
        messages = rest;
    }
    frames
}

/// A message's bytes as they are.
struct Raw<'b>(&'b [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = serializer.serialize_tuple(self.0.len())?;
        for byte in self.0 {
            bytes.serialize_element(byte)?;
        }
        bytes.end()
    }
}

/// The number of the answer to each frame: a request's own, or that of no request.
fn expected_numbers(incoming: &[u8]) -> Vec<u16> {
    let mut deframer = Deframer::new();
    let mut numbers = Vec::new();
    for &byte in incoming {
        match deframer.push(byte) {
            Ok(false) => {}
            Ok(true) => {
                numbers.push(decode::<Request<'_>>(deframer.payload()).map_or(UNNUMBERED, |(number, _)| number));
                // Nothing is expected of what a host's end makes of the same bytes.
                let _ = decode::<Reply<'_>>(deframer.payload());
            }
            Err(_) => numbers.push(UNNUMBERED),
        }
    }
    numbers
}

/// The numbers of the replies, all of which are whole.
fn answered(outgoing: &[u8]) -> Vec<u16> {
    let mut deframer = Deframer::new();
    let mut numbers = Vec::new();
    for &byte in outgoing {
        if deframer.push(byte).expect("undamaged frames") {
            let (number, _) = decode::<Reply<'_>>(deframer.payload()).expect("a reply");
            numbers.push(number);
        }
    }
    assert!(outgoing.last().is_none_or(|&last| last == 0), "a reply without an end");
    numbers
}

/// A line on which everything has come already.
struct Line<'b> {
    incoming: &'b [u8],
    outgoing: Vec<u8>,
}

impl ErrorType for Line<'_> {
    type Error = Infallible;
}

impl Read for Line<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let (now, later) = self.incoming.split_at(self.incoming.len().min(buffer.len()));
        buffer[..now.len()].copy_from_slice(now);
        self.incoming = later;
        Ok(now.len())
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.outgoing.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A slot for a new model in memory.
struct Store {
    arena_bytes: usize,
    announced: Option<Announced>,
    written: Vec<u8>,
}

struct Announced {
    bytes: usize,
    crc32: u32,
    plan: Vec<u8>,
}

impl Store {
    fn new(arena_bytes: usize) -> Self {
        Self { arena_bytes, announced: None, written: Vec::new() }
    }
}

impl Host for Store {
    fn model_room(&self) -> u32 {
        SLOT as u32
    }

    fn begin_update(&mut self, bytes: u32, crc32: u32, plan: &[u8]) -> Result<u32, UpdateError> {
        if bytes as usize > SLOT {
            return Err(UpdateError::TooLarge { found: bytes, most: SLOT as u32 });
        }
        self.announced = Some(Announced { bytes: bytes as usize, crc32, plan: plan.to_vec() });
        self.written.clear();
        Ok(0)
    }

    fn write_update(&mut self, crc32: u32, offset: u32, bytes: &[u8]) -> Result<u32, UpdateError> {
        let announced = self.announced.as_ref().filter(|announced| announced.crc32 == crc32);
        let announced = announced.ok_or(UpdateError::NotBegun)?;
        let expected = self.written.len();
        if offset as usize != expected || expected + bytes.len() > announced.bytes {
            return Err(UpdateError::WrongOffset { found: offset, expected: expected as u32 });
        }
        self.written.extend_from_slice(bytes);
        Ok(self.written.len() as u32)
    }

    fn commit_update(&mut self, crc32: u32) -> Result<(), UpdateError> {
        let announced = self.announced.as_ref().filter(|announced| announced.crc32 == crc32);
        let announced = announced.ok_or(UpdateError::NotBegun)?;
        let found = self.written.len();
        if found != announced.bytes {
            return Err(UpdateError::Unfinished { found: found as u32, expected: announced.bytes as u32 });
        }
        let found = CRC32.checksum(&self.written);
        if found != crc32 {
            return Err(UpdateError::Checksum { found, expected: crc32 });
        }
        check_new_model(AlignedBytes::from(self.written.as_slice()).as_slice(), &announced.plan, self.arena_bytes)
    }
}
