//! Updates that end well, and where their bytes lie.

use std::vec;
use std::vec::Vec;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use switchback::model::layout::CRC32;

use super::super::{HEADER_BYTES, MAX_PLAN_BYTES, RamFlash, Slots, image};
use super::Stored;
use super::torn_flash::TornFlash;

#[test]
fn the_bytes_of_a_slot_are_the_documented_ones() {
    let slot = image(b"model", b"plan", 0x0403_0201).expect("a slot");
    assert_eq!(slot.len(), 517);
    assert_eq!(&slot[..4], b"SBKC");
    assert_eq!(slot[4..32], [0xff; 28]);
    assert_eq!(slot[32..44], [1, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]);
    assert_eq!(slot[44..48], CRC32.checksum(b"model").to_le_bytes());
    assert_eq!(slot[48..52], [4, 0, 0, 0]);
    assert_eq!(&slot[52..56], b"plan");
    assert_eq!(slot[56..508], [0xff; 452]);
    assert_eq!(slot[508..512], CRC32.checksum(&slot[32..508]).to_le_bytes());
    assert_eq!(&slot[512..], b"model");
}

#[test]
fn an_update_writes_the_bytes_that_a_host_would_flash() {
    let new = Stored::random(&mut ChaCha8Rng::seed_from_u64(1), 1000);
    let mut memory = vec![0; 4096];
    let mut slots = Slots::new(RamFlash::<8, 2048>::new(&mut memory), 0..2048, Some(2048..4096)).expect("slots");
    slots.begin(&new.announced()).expect("begun");
    for (start, chunk) in (0..).step_by(77).zip(new.model.chunks(77)) {
        slots.write(start, chunk).expect("taken");
    }
    slots.verify(|_, _| Ok::<(), ()>(())).expect("verified");
    let slot = slots.commit().expect("committed");
    assert_eq!(slots.flash().memory()[..1512], image(&new.model, &new.plan, 1).expect("a slot"));
    assert_eq!(slots.current(), Ok(Some(slot)));
}

#[test]
fn only_the_sectors_of_the_new_model_are_erased_and_each_once() {
    const SLOT: usize = 8 * 1024;
    let mut memory = image(&[1; 5000], &[], 7).expect("a slot");
    memory.resize(2 * SLOT, 0);
    let mut flash = TornFlash::<4, 1024>::new(memory, 0);
    let new = Stored { model: vec![2; 3 * 1024 - HEADER_BYTES + 1], plan: vec![3; MAX_PLAN_BYTES] };
    let mut slots = Slots::new(&mut flash, 0..SLOT as u32, Some(SLOT as u32..2 * SLOT as u32)).expect("slots");
    slots.begin(&new.announced()).expect("begun");
    slots.write(0, &new.model).expect("taken");
    slots.verify(|_, _| Ok::<(), ()>(())).expect("verified");
    slots.commit().expect("committed");
    assert_eq!(flash.erases, [[0; 8], [1, 1, 1, 1, 0, 0, 0, 0]].concat());
}

#[test]
fn the_newest_whole_slot_is_current_and_the_other_one_is_updated() {
    let slot = |byte, sequence| {
        let mut slot = image(&[byte; 40], &[byte], sequence).expect("a slot");
        slot.resize(1024, 0xff);
        slot
    };
    let current = |memory: &mut [u8]| {
        let flash = RamFlash::<4, 1024>::new(memory);
        let mut slots = Slots::new(flash, 0..1024, Some(1024..2048)).expect("slots");
        slots.current().expect("read").map(|slot| (slot.number, slot.sequence, slot.plan[0]))
    };
    assert_eq!(current(&mut [slot(1, 4), slot(2, 5)].concat()), Some((1, 5, 2)));
    assert_eq!(current(&mut [slot(1, 6), slot(2, 5)].concat()), Some((0, 6, 1)));
    assert_eq!(current(&mut [0xff; 2048]), None);

    // Each byte of the newest slot that means something, damaged: the older one is current.
    let whole = [slot(1, 4), slot(2, 5)].concat();
    for at in 1024..1024 + HEADER_BYTES + 40 {
        let mut memory: Vec<u8> = whole.clone();
        memory[at] ^= 0x10;
        assert_eq!(current(&mut memory), Some((0, 4, 1)), "byte {at}");
    }

    // The damaged newest is where the update goes.
    let mut memory = whole;
    memory[1600 - 40] ^= 1;
    let mut slots = Slots::new(RamFlash::<4, 1024>::new(&mut memory), 0..1024, Some(1024..2048)).expect("slots");
    let new = Stored { model: vec![9; 30], plan: vec![8] };
    slots.begin(&new.announced()).expect("begun");
    slots.write(0, &new.model).expect("taken");
    slots.verify(|_, _| Ok::<(), ()>(())).expect("verified");
    let updated = slots.commit().expect("committed");
    assert_eq!((updated.number, updated.sequence), (1, 5));
    assert_eq!(current(&mut memory), Some((1, 5, 8)));
}

#[test]
fn the_check_sees_the_new_bytes_before_they_are_current() {
    let mut memory = image(&[1; 40], &[], 1).expect("a slot");
    memory.resize(2048, 0);
    let mut slots = Slots::new(RamFlash::<4, 1024>::new(&mut memory), 0..1024, Some(1024..2048)).expect("slots");
    let new = Stored { model: vec![2; 64], plan: vec![3] };
    slots.begin(&new.announced()).expect("begun");
    slots.write(0, &new.model).expect("taken");
    slots
        .verify(|flash, slot| {
            let seen = Stored::of(slot, flash.memory());
            assert_eq!(slot.model, 1536..1600);
            if seen == new { Ok(()) } else { Err(seen) }
        })
        .expect("seen");
    assert_eq!(slots.current().expect("read").map(|slot| slot.sequence), Some(1));
    slots.commit().expect("committed");
    assert_eq!(slots.current().expect("read").map(|slot| slot.sequence), Some(2));
}
