//! The link over a line that loses, turns over, repeats and invents bytes: nothing is lost, no wrong result accepted, and the
//! device, which is the firmware's own code, never stops.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use embedded_io_adapters::std::FromStd;
use host_trainer::device::{Client, on_host};
use parity::line::line;
use parity::random_model;
use switchback::link::{Device, Host, Turn, UpdateError, check_new_model};
use switchback::model::layout::{self, CRC32, FORMAT_VERSION};
use switchback::model::spec::{InputSpec, NetworkSpec};
use switchback::model::{AlignedBytes, Model, Network};
use switchback::stream::{MAX_STORED_PLAN, Plan};

/// Damaged frames that the test wants to have seen.
const FAULTS: usize = 10_000;
/// Of every hundred frames, so many are damaged.
const FAULT_RATE: f64 = 0.12;
const PATIENCE: Duration = Duration::from_secs(60);

fn network() -> Network {
    // A row comes in two parts.
    let input = InputSpec { width: 104, height: 36, channels: 3 };
    Network::new(NetworkSpec::table1(0.0625, input, 2)).expect("a preset is a network")
}

/// A device whose models lie in memory.
#[derive(Clone)]
struct Store(Arc<Mutex<Slots>>);

struct Slots {
    current: Vec<u8>,
    next: Vec<u8>,
    expected: (u32, u32),
}

impl Host for Store {
    fn model_room(&self) -> u32 {
        1 << 20
    }

    fn begin_update(&mut self, bytes: u32, crc32: u32, plan: &[u8]) -> Result<u32, UpdateError> {
        assert!(!plan.is_empty());
        let mut slots = self.0.lock().expect("no panic");
        if slots.expected != (bytes, crc32) {
            slots.next.clear();
            slots.expected = (bytes, crc32);
        }
        Ok(slots.next.len() as u32)
    }

    fn write_update(&mut self, crc32: u32, offset: u32, bytes: &[u8]) -> Result<u32, UpdateError> {
        let mut slots = self.0.lock().expect("no panic");
        let filled = slots.next.len();
        if crc32 != slots.expected.1 {
            return Err(UpdateError::NotBegun);
        }
        if offset as usize == filled {
            slots.next.extend_from_slice(bytes);
        } else if offset as usize + bytes.len() > filled {
            return Err(UpdateError::WrongOffset { found: offset, expected: filled as u32 });
        }
        Ok(slots.next.len() as u32)
    }

    fn commit_update(&mut self, expected: u32) -> Result<(), UpdateError> {
        let mut slots = self.0.lock().expect("no panic");
        let found = CRC32.checksum(&slots.next);
        if found != expected {
            return Err(UpdateError::Checksum { found, expected });
        }
        slots.current = std::mem::take(&mut slots.next);
        slots.expected = (0, 0);
        Ok(())
    }
}

/// Serves the store's current model, and the next one after an update.
fn serve(end: parity::line::End, store: Store) {
    let mut stream = FromStd::new(end);
    loop {
        let bytes = AlignedBytes::from(store.0.lock().expect("no panic").current.as_slice());
        let model = Model::parse(bytes.as_slice()).expect("only whole models become current");
        let plan = Plan::new(model.network());
        let mut arena = AlignedBytes::zeroed(plan.arena_bytes());
        let turn = Device::new(&mut stream, &model, plan, arena.as_mut_slice(), "line", store.clone()).serve();
        match turn {
            Ok(Turn::Updated) => {}
            // The host's end is gone, or has said so.
            _ => return,
        }
    }
}

#[test]
fn a_new_model_is_refused_that_the_device_cannot_run() {
    let network = network();
    let bytes = random_model::bytes(&network, 1);
    let plan = Plan::new(&network);
    let mut buffer = [0; MAX_STORED_PLAN];
    let stored = plan.write(&mut buffer);
    assert_eq!(check_new_model(bytes.as_slice(), stored, plan.arena_bytes()), Ok(()));

    let room = plan.arena_bytes() as u32 - 1;
    let too_small = UpdateError::ArenaTooSmall { found: room, expected: room + 1 };
    assert_eq!(check_new_model(bytes.as_slice(), stored, room as usize), Err(too_small));
    assert!(too_small.to_string().ends_with("for the new model: 1 missing"), "{too_small}");

    // Of a newer version, with a checksum that fits.
    let mut newer = bytes.clone();
    newer.as_mut_slice()[8..12].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
    let checksum = layout::crc32(newer.as_slice());
    newer.as_mut_slice()[20..24].copy_from_slice(&checksum.to_le_bytes());
    let check = |bytes: &AlignedBytes, plan: &[u8]| check_new_model(bytes.as_slice(), plan, usize::MAX >> 1);
    assert_eq!(check(&newer, stored), Err(UpdateError::NotAModel));
    assert!(UpdateError::NotAModel.to_string().contains("expected a model of format"));

    // Plans of another network, of another version, damaged.
    let smaller = Network::new(NetworkSpec { stages: 1, ..network.spec().clone() }).expect("a network of one stage");
    let mut other = [0; MAX_STORED_PLAN];
    let other = Plan::new(&smaller).write(&mut other);
    let newer_plan = [&[stored[0] + 1], &stored[1..]].concat();
    for plan in [other, &newer_plan, &stored[..stored.len() - 1], &[]] {
        assert_eq!(check(&bytes, plan), Err(UpdateError::ForeignPlan));
    }
}

#[test]
fn ten_thousand_damaged_frames_change_no_result() {
    let network = network();
    let models: Vec<AlignedBytes> = (0..3).map(|seed| random_model::bytes(&network, seed)).collect();
    let plan = Plan::new(&network);
    let mut buffer = [0; MAX_STORED_PLAN];
    let plan = plan.write(&mut buffer);
    let (mut faults, mut conversations) = (0, 0);
    while faults < FAULTS {
        let seed = conversations as u64;
        conversations += 1;
        let (host_end, device_end) = line(seed, FAULT_RATE);
        let counter = host_end.faults();
        let current = models[conversations % 3].as_slice().to_vec();
        let store = Store(Arc::new(Mutex::new(Slots { current, next: Vec::new(), expected: (0, 0) })));
        let device = thread::spawn({
            let store = store.clone();
            move || serve(device_end, store)
        });
        let mut client = Client::over(host_end, PATIENCE);
        for image in 0..3 {
            let current = store.0.lock().expect("no panic").current.clone();
            let bytes = AlignedBytes::from(current.as_slice());
            let model = Model::parse(bytes.as_slice()).expect("a valid model");
            let pixels = random_model::image(&network, 1000 * seed + image);
            client.identify(&model).unwrap_or_else(|error| panic!("conversation {seed}: {error}"));
            let answer = client.run(&network, &pixels, |_| ());
            let answer = answer.unwrap_or_else(|error| panic!("conversation {seed}, image {image}: {error}"));
            assert_eq!(
                answer,
                on_host(&model, &pixels).expect("an image of the network's size"),
                "conversation {seed}"
            );
            assert!(client.status().expect("a status").images > 0);
            let next = models[(conversations + 1 + image as usize) % 3].as_slice();
            client.update(next, plan, |_| ()).unwrap_or_else(|error| panic!("conversation {seed}, update: {error}"));
            assert!(store.0.lock().expect("no panic").current == next, "conversation {seed}: another model than sent");
        }
        faults += counter.count();
        drop(client);
        device.join().expect("a device that never panics");
    }
    println!("{faults} damaged frames in {conversations} conversations");
}
