//! Every manifest is a board, and every way to spoil one is refused by name.

use super::*;

const EMULATED: &str = include_str!("../qemu-m4.toml");
const REAL: &str = include_str!("../nrf52840-dk.toml");

fn parse(text: &str) -> Result<Board, BoardError> {
    Board::parse(Path::new("boards/test.toml"), text)
}

/// The error of a manifest in which `from` is written as `to`.
fn spoiled(manifest: &str, from: &str, to: &str) -> String {
    assert!(manifest.contains(from), "the manifest has no {from}");
    parse(&manifest.replacen(from, to, 1)).unwrap_err().to_string()
}

#[track_caller]
fn assert_says(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
}

#[test]
fn every_manifest_is_a_board() {
    let boards = all().unwrap();
    assert!(boards.iter().any(|board| board.name == "qemu-m4" && board.is_emulated()));
    for chip in Chip::ALL {
        assert!(boards.iter().any(|board| board.chip == chip), "no board has the chip {chip}");
    }
}

#[test]
fn an_unknown_board_is_refused_with_the_known_ones() {
    let error = Board::named("qemu-m99").unwrap_err().to_string();
    assert_says(&error, &["found qemu-m99", "qemu-m4, qemu-m55, qemu-m7"]);
}

#[test]
fn an_unknown_key_is_refused() {
    assert_says(&spoiled(EMULATED, "description", "cores = 2\ndescription"), &["test.toml", "cores"]);
    assert_says(&spoiled(REAL, "slots = 2", "slots = 2, wear = 1"), &["wear"]);
    assert_says(&spoiled(REAL, "[probe]", "[probe]\nserial = 1"), &["serial"]);
}

#[test]
fn a_board_is_emulated_or_real() {
    assert_says(&spoiled(REAL, "[probe]", "[emulator]\nmachine = \"m\"\n[probe]"), &["found both"]);
    let neither = EMULATED.split("[emulator]").next().unwrap();
    assert_says(&parse(neither).unwrap_err().to_string(), &["found none", "[emulator] and [probe]"]);
    assert_says(&spoiled(EMULATED, "\"mps\"", "\"rp2040\""), &["found chip rp2040, expected mps"]);
    assert_says(&spoiled(REAL, "\"nrf52840\"", "\"mps\""), &["found chip mps"]);
}

#[test]
fn each_kind_has_its_own_keys() {
    assert_says(&spoiled(EMULATED, "base = 0x4000_4000", "tx = \"P0.06\""), &["uart.tx", "[emulator]"]);
    assert_says(&spoiled(REAL, "tx = \"P0.06\"", "base = 1"), &["uart.base", "[probe]"]);
    assert_says(&spoiled(REAL, "tx = \"P0.06\"", ""), &["no uart.tx", "[probe]"]);
    let timer = EMULATED.split("[timer]").next().unwrap().to_owned() + "[emulator]\nmachine = \"m\"\n";
    assert_says(&parse(&timer).unwrap_err().to_string(), &["no timer"]);
}

#[test]
fn a_pin_is_one_of_the_chip() {
    assert_says(&spoiled(REAL, "\"P0.06\"", "\"P0.32\""), &["uart.tx P0.32", "nrf52840", "P0.06"]);
    assert_says(&spoiled(REAL, "\"P0.13\"", "\"GP1\""), &["pins.alarm.name GP1"]);
    assert_says(&spoiled(REAL, "\"low\"", "\"floating\""), &["floating"]);
    assert_eq!(Chip::Rp2040.pin_identifier("GP25").as_deref(), Some("PIN_25"));
    assert_eq!(Chip::Rp2040.pin_identifier("GP30"), None);
    assert_eq!(Chip::Stm32h743.pin_identifier("PD8").as_deref(), Some("PD8"));
    assert_eq!(Chip::Stm32h743.pin_identifier("PZ1"), None);
}

#[test]
fn memories_do_not_overlap() {
    let ram = "ram = { origin = 0x2000_0000";
    assert_says(&spoiled(REAL, ram, "ram = { origin = 0x2000_1000"), &["memory.ram and memory.arena"]);
    let arena = "arena = { origin = 0x2100_0000";
    assert_says(&spoiled(EMULATED, arena, "arena = { origin = 0xffff_0000"), &["memory.arena", "32 bits"]);
}

#[test]
fn slots_are_equal_and_erased_apart() {
    assert_says(&spoiled(REAL, "slots = 2", "slots = 3"), &["slots 3"]);
    assert_says(&spoiled(REAL, "slots = 2", "slots = 0"), &["slots 0"]);
    assert_says(&spoiled(REAL, "erase_bytes = 0x1000", "erase_bytes = 0"), &["erase_bytes 0x0"]);
    let unaligned = spoiled(REAL, "origin = 0x0004_0000, bytes = 0x000c_0000", "origin = 0x0004_0800, bytes = 0x2000");
    assert_says(&unaligned, &["memory.model.origin 0x40800", "0x1000"]);
    assert_says(&spoiled(REAL, "bytes = 0x000c_0000", "bytes = 0x000b_f000"), &["memory.model.bytes", "0x2000"]);
    let model = parse(REAL).unwrap().memory.model;
    let [first, second] = [model.slot(0).unwrap(), model.slot(1).unwrap()];
    assert_eq!((first.bytes, first.end()), (second.bytes, second.origin.into()));
    assert_eq!((second.end(), model.slot(2)), (model.region().end(), None));
}

#[test]
fn the_stack_is_a_part_of_the_ram() {
    assert_says(&spoiled(EMULATED, "stack_bytes = 0x0001_0000", "stack_bytes = 0x0040_0000"), &["reserved", "of RAM"]);
}

#[test]
fn what_does_not_fit_is_counted_in_bytes() {
    let board = Board::named("qemu-m4").unwrap();
    let (flash, arena) = (board.model_bytes() as usize, board.memory.arena.bytes as usize);
    assert_eq!(board.fits("m", flash, arena), Ok(()));
    let flash_error = board.fits("m", flash + 5, arena).unwrap_err().to_string();
    assert!(flash_error.contains("of flash") && flash_error.ends_with(": 5 bytes missing"), "{flash_error}");
    let ram_error = board.fits("m", flash, arena + 1).unwrap_err().to_string();
    assert!(ram_error.contains("of RAM") && ram_error.ends_with(": 1 bytes missing"), "{ram_error}");
    assert_eq!(board.fits_linked("m", board.memory.model.bytes as usize, arena), Ok(()));
}
