//! Updates that are refused, each with its reason; the current model stays.

use std::format;
use std::string::ToString;
use std::vec;
use std::vec::Vec;

use embedded_storage::nor_flash::{NorFlash, NorFlashErrorKind, ReadNorFlash};
use switchback::model::layout::CRC32;

use super::super::{
    BeginError, CommitError, FlashFailure, FlashOperation, ImageError, LayoutError, NewModel, RamFlash, Slots,
    VerifyError, WriteError, image,
};
use super::torn_flash::TornFlash;

/// A flash with sectors of 1 KiB and a model in the first of two slots of 2 KiB.
fn memory() -> Vec<u8> {
    let mut memory = image(&[1; 600], b"plan", 3).expect("a slot");
    memory.resize(4096, 0xff);
    memory
}

fn slots(memory: &mut [u8]) -> Slots<RamFlash<'_, 4, 1024>> {
    Slots::new(RamFlash::new(memory), 0..2048, Some(2048..4096)).expect("slots")
}

fn announced(model: &[u8]) -> NewModel<'_> {
    NewModel { bytes: model.len(), crc32: CRC32.checksum(model), plan: &[] }
}

fn current_sequence<F: NorFlash>(slots: &mut Slots<F>) -> Option<u32> {
    slots.current().expect("read").map(|slot| slot.sequence)
}

#[test]
fn ranges_that_are_no_slots() {
    let mut memory = [0xff; 4096];
    let mut refused = |first, second| {
        let slots = Slots::new(RamFlash::<4, 1024>::new(&mut memory), first, second);
        slots.map(drop).expect_err("refused")
    };
    let alignment = refused(0..1024, Some(1024..2000));
    assert_eq!(alignment, LayoutError::Alignment { slot: 1, found: 2000, sector: 1024 });
    assert_eq!(
        alignment.to_string(),
        "slot 1: found a border at 0x7d0, expected a multiple of the sector's 1024 bytes"
    );
    assert_eq!(refused(0..5120, None), LayoutError::Capacity { slot: 0, found: 5120, expected: 4096 });
    assert_eq!(refused(1024..1024, None), LayoutError::TooSmall { slot: 0, found: 0 });
    assert_eq!(refused(0..2048, Some(1024..3072)), LayoutError::Overlap { found: 1024 });
    let mut small = [0xff; 1024];
    let slots = Slots::new(RamFlash::<4, 256>::new(&mut small), 0..512, None);
    assert_eq!(slots.map(drop), Err(LayoutError::TooSmall { slot: 0, found: 512 }));
}

#[test]
fn models_that_do_not_fit() {
    let mut memory = memory();
    let mut slots = slots(&mut memory);
    let mut refused = |bytes, plan| slots.begin(&NewModel { bytes, crc32: 0, plan }).expect_err("refused");
    assert_eq!(refused(0, &[]), BeginError::Length { found: 0, most: 1536 });
    assert_eq!(refused(1537, &[]), BeginError::Length { found: 1537, most: 1536 });
    assert_eq!(
        refused(usize::MAX, &[]).to_string(),
        format!("new model: found {} bytes, expected 1 to 1536", usize::MAX)
    );
    assert_eq!(refused(1536, &[0; 441]), BeginError::Plan { found: 441 });
    assert_eq!(image(&[], &[], 0), Err(ImageError::Model { found: 0 }));
    assert_eq!(image(&[0], &[0; 441], 0), Err(ImageError::Plan { found: 441 }));
}

#[test]
fn a_single_slot_is_not_updated() {
    let mut memory = memory();
    let before = memory.clone();
    let mut slots = Slots::new(RamFlash::<4, 1024>::new(&mut memory), 0..2048, None).expect("a slot");
    assert_eq!(current_sequence(&mut slots), Some(3));
    assert_eq!(slots.begin(&announced(&[5; 8])), Err(BeginError::SingleSlot));
    assert_eq!(memory, before);
}

#[test]
fn a_last_sequence_number_has_no_next() {
    let mut memory = image(&[1; 600], b"plan", u32::MAX).expect("a slot");
    memory.resize(4096, 0xff);
    assert_eq!(slots(&mut memory).begin(&announced(&[5; 8])), Err(BeginError::LastSequence));
}

#[test]
fn steps_out_of_order() {
    let mut memory = memory();
    let mut slots = slots(&mut memory);
    assert_eq!(slots.write(0, &[1]), Err(WriteError::NotBegun));
    assert_eq!(slots.verify(|_, _| Ok::<(), ()>(())), Err(VerifyError::NotBegun));
    assert_eq!(slots.commit(), Err(CommitError::NotVerified));

    let model = [5; 100];
    slots.begin(&announced(&model)).expect("begun");
    assert_eq!(slots.write(10, &model[10..20]), Err(WriteError::Order { found: 10, expected: 0 }));
    slots.write(0, &model[..50]).expect("taken");
    slots.write(0, &model[..50]).expect("taken again");
    slots.write(20, &model[20..40]).expect("taken again");
    assert_eq!(slots.write(40, &model[40..60]), Err(WriteError::Order { found: 40, expected: 50 }));
    assert_eq!(slots.write(50, &[5; 51]), Err(WriteError::Length { found: 101, expected: 100 }));
    assert_eq!(slots.write(usize::MAX, &[5; 2]), Err(WriteError::Length { found: usize::MAX, expected: 100 }));
    assert_eq!(slots.verify(|_, _| Ok::<(), ()>(())), Err(VerifyError::Incomplete { found: 50, expected: 100 }));
    assert_eq!(slots.commit(), Err(CommitError::NotVerified));
    slots.write(50, &model[50..]).expect("taken");
    assert_eq!(slots.commit(), Err(CommitError::NotVerified));
    assert_eq!(current_sequence(&mut slots), Some(3));
    slots.verify(|_, _| Ok::<(), ()>(())).expect("verified");
    let slot = slots.commit().expect("committed");

    // Everything again, as it comes when answers are lost.
    slots.write(50, &model[50..]).expect("taken again");
    slots.verify(|_, _| Err("looked at twice")).expect("verified before");
    assert_eq!(slots.commit(), Ok(slot.clone()));
    assert_eq!(slots.current(), Ok(Some(slot)));
}

#[test]
fn a_damaged_chunk_never_becomes_current() {
    let mut memory = memory();
    let mut slots = slots(&mut memory);
    let model: Vec<u8> = (0..200).collect();
    for damaged in 0..model.len() {
        slots.begin(&announced(&model)).expect("begun");
        let mut sent = model.clone();
        sent[damaged] ^= 0x40;
        slots.write(0, &sent).expect("taken");
        let (found, expected) = (CRC32.checksum(&sent), CRC32.checksum(&model));
        assert_eq!(slots.verify(|_, _| Ok::<(), ()>(())), Err(VerifyError::Checksum { found, expected }));
        assert_eq!(slots.commit(), Err(CommitError::NotVerified));
        assert_eq!(current_sequence(&mut slots), Some(3));
    }
}

#[test]
fn a_model_that_the_caller_refuses_never_becomes_current() {
    let mut memory = memory();
    let mut slots = slots(&mut memory);
    slots.begin(&announced(&[5; 8])).expect("begun");
    slots.write(0, &[5; 8]).expect("taken");
    let refused = slots.verify(|_, _| Err("arena: found 10 bytes, expected at least 20"));
    assert_eq!(refused, Err(VerifyError::Refused("arena: found 10 bytes, expected at least 20")));
    assert_eq!(refused.expect_err("refused").to_string(), "arena: found 10 bytes, expected at least 20");
    assert_eq!(slots.commit(), Err(CommitError::NotVerified));
    assert_eq!(current_sequence(&mut slots), Some(3));
}

#[test]
fn a_flash_that_fails_ends_the_update() {
    let mut flash = TornFlash::<4, 1024>::new(memory(), 0);
    let mut slots = Slots::new(&mut flash, 0..2048, Some(2048..4096)).expect("slots");
    slots.begin(&announced(&[5; 700])).expect("begun");
    drop(slots);
    flash.cut_after(300);
    let mut slots = Slots::new(&mut flash, 0..2048, Some(2048..4096)).expect("slots");
    let failure = FlashFailure { operation: FlashOperation::Erase, offset: 2048, kind: NorFlashErrorKind::Other };
    assert_eq!(slots.begin(&announced(&[5; 700])), Err(BeginError::Flash(failure)));
    assert_eq!(failure.to_string(), "flash: erase at 0x800: An implementation specific error occurred");
    assert_eq!(slots.write(0, &[5; 700]), Err(WriteError::NotBegun));
}

#[test]
fn slots_that_cannot_be_read_are_written_again() {
    // The power goes away in the first update ever, then in the second slot's as well.
    let mut flash = TornFlash::<8, 1024>::new(vec![0; 4096], 0);
    flash.refuses_torn = true;
    for slot in [0, 2048] {
        flash.cut_after(100);
        let mut slots = Slots::new(&mut flash, 0..2048, Some(2048..4096)).expect("slots");
        slots.begin(&announced(&[5; 8])).expect_err("cut");
        assert_eq!(flash.cut, Some((slot, true)));
        flash.power_on();
    }
    assert!(flash.read(0, &mut [0; 8]).is_err() && flash.read(2048, &mut [0; 8]).is_err());
    let mut slots = Slots::new(&mut flash, 0..2048, Some(2048..4096)).expect("slots");
    assert!(slots.current().is_err());
    slots.begin(&announced(&[5; 8])).expect("begun");
    slots.write(0, &[5; 8]).expect("taken");
    slots.verify(|_, _| Ok::<(), ()>(())).expect("verified");
    let slot = slots.commit().expect("committed");
    assert_eq!(slots.current(), Ok(Some(slot)));
}
