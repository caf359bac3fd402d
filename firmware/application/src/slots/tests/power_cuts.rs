//! Ten thousand power cuts, at any byte of an update: the model of before is current, or the new one, whole.

use std::vec::Vec;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::{HEADER_BYTES, Slots, image};
use super::Stored;
use super::torn_flash::TornFlash;

/// Cuts for each kind of flash; there are five.
const CUTS: usize = 2_000;

/// How many cuts hit what.
#[derive(Debug, Default)]
struct Hits {
    header_erase: usize,
    model_erase: usize,
    record: usize,
    model: usize,
    commit: usize,
    /// Cuts after which the new model is current: the commit unit was written already, but for nothing.
    new_is_current: usize,
    cuts: usize,
}

/// An update in chunks of random lengths, some of them sent again. The same for the same seed.
fn update<const WRITE: usize, const ERASE: usize>(
    flash: &mut TornFlash<WRITE, ERASE>,
    slot_bytes: u32,
    new: &Stored,
    seed: u64,
) -> bool {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut slots = Slots::new(flash, 0..slot_bytes, Some(slot_bytes..2 * slot_bytes)).expect("two slots");
    let mut sent = 0;
    let mut attempt = || -> Option<()> {
        slots.begin(&new.announced()).ok()?;
        while sent < new.model.len() {
            let next = new.model.len().min(sent + rng.random_range(1..=400));
            slots.write(sent, &new.model[sent..next]).ok()?;
            if rng.random_range(0..4) == 0 {
                slots.write(sent, &new.model[sent..next]).ok()?;
            }
            sent = next;
        }
        slots.verify(|_, _| Ok::<(), ()>(())).ok()?;
        slots.commit().ok().map(drop)
    };
    attempt().is_some()
}

/// The current model and its sequence number.
fn current<const WRITE: usize, const ERASE: usize>(
    flash: &mut TornFlash<WRITE, ERASE>,
    slot_bytes: u32,
) -> (Stored, u32) {
    let mut slots = Slots::new(&mut *flash, 0..slot_bytes, Some(slot_bytes..2 * slot_bytes)).expect("two slots");
    let slot = slots.current().expect("a flash that can be read").expect("a current model");
    (Stored::of(&slot, &flash.memory), slot.sequence)
}

/// One device's life: up to three updates with a power cut in each, then one without.
fn life<const WRITE: usize, const ERASE: usize>(seed: u64, hits: &mut Hits) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let slot_bytes = (HEADER_BYTES.next_multiple_of(ERASE) + ERASE * rng.random_range(1..=3)) as u32;
    let most = 1200.min(slot_bytes as usize - HEADER_BYTES);
    let stored = |rng: &mut ChaCha8Rng| {
        let bytes = rng.random_range(1..=most);
        Stored::random(rng, bytes)
    };
    let (mut expected, mut sequence) = (stored(&mut rng), rng.random_range(2..=9));
    let older = stored(&mut rng);

    // The factory's slot, and in the other one nothing, noise, or the model of before.
    let factory = image(&expected.model, &expected.plan, sequence).expect("a slot");
    let other = match rng.random_range(0..3) {
        0 => Vec::new(),
        1 => (0..slot_bytes).map(|_| rng.random()).collect(),
        _ => image(&older.model, &older.plan, sequence - 1).expect("a slot"),
    };
    let mut memory = [if rng.random() { [factory, other] } else { [other, factory] }]
        .concat()
        .into_iter()
        .flat_map(|mut slot| {
            slot.resize(slot_bytes as usize, 0xff);
            slot
        })
        .collect::<Vec<u8>>();
    memory.extend([0x5a; 7].iter().cycle().take(ERASE)); // something else's
    let mut flash = TornFlash::<WRITE, ERASE>::new(memory, seed);
    flash.refuses_torn = rng.random();

    for _ in 0..rng.random_range(1..=3) {
        let (new, seed) = (stored(&mut rng), rng.random());
        let mut whole = flash.clone();
        assert!(update(&mut whole, slot_bytes, &new, seed), "an update without a cut");
        let bytes = whole.operations - flash.operations;
        let last = if rng.random() { rng.random_range(0..bytes) } else { bytes - rng.random_range(1..=40) };
        flash.cut_after(last);
        assert!(!update(&mut flash, slot_bytes, &new, seed), "an update with a cut");
        let (at, erase) = flash.cut.expect("a cut");
        hits.cuts += 1;
        *match (at % slot_bytes, erase) {
            (0..512, true) => &mut hits.header_erase,
            (512.., true) => &mut hits.model_erase,
            (0, false) => &mut hits.commit,
            (32, false) => &mut hits.record,
            _ => &mut hits.model,
        } += 1;

        flash.power_on();
        let (found, found_sequence) = current(&mut flash, slot_bytes);
        if found_sequence == sequence {
            assert_eq!(found, expected);
        } else {
            assert_eq!((&found, found_sequence), (&new, sequence + 1));
            hits.new_is_current += 1;
            (expected, sequence) = (found, found_sequence);
        }
    }

    let new = stored(&mut rng);
    assert!(update(&mut flash, slot_bytes, &new, seed), "an update after a cut");
    assert_eq!(current(&mut flash, slot_bytes), (new, sequence + 1));
    let behind = &flash.memory[2 * slot_bytes as usize..];
    assert!(behind.iter().all(|&byte| byte == 0x5a), "bytes behind the slots");
}

fn lives<const WRITE: usize, const ERASE: usize>() {
    let mut hits = Hits::default();
    let mut seed = (WRITE * ERASE) as u64;
    while hits.cuts < CUTS {
        life::<WRITE, ERASE>(seed, &mut hits);
        seed += 1;
    }
    let Hits { header_erase, model_erase, record, model, commit, .. } = hits;
    assert!([header_erase, record, model, commit].iter().all(|&cuts| cuts > 50), "a stage is hardly cut: {hits:?}");
    assert!(ERASE > 1024 || model_erase > 50, "a stage is hardly cut: {hits:?}");
}

#[test]
fn any_cut_leaves_a_whole_model_in_a_flash_of_bytes() {
    lives::<1, 256>();
}

#[test]
fn any_cut_leaves_a_whole_model_in_a_flash_of_words() {
    lives::<4, 1024>();
}

#[test]
fn any_cut_leaves_a_whole_model_in_a_flash_of_double_words() {
    lives::<8, 2048>();
}

#[test]
fn any_cut_leaves_a_whole_model_in_a_flash_of_quad_words() {
    lives::<16, 512>();
}

#[test]
fn any_cut_leaves_a_whole_model_in_a_flash_of_256_bits() {
    lives::<32, 4096>();
}
