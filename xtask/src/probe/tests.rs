//! What failed downloads mean, by a program that prints recorded messages in probe-rs' place (`tests/probe/probe-rs`).

use std::path::PathBuf;

use super::*;

fn failed(case: &str) -> ProbeError {
    let board = Board::named("nrf52840-dk").unwrap();
    let probe = Probe::of_board(&board, None).unwrap();
    let fake = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/probe/probe-rs");
    let mut command = Command::new(fake);
    command.env("PROBE_CASE", case).args(probe.download_program(Path::new("firmware.elf")));
    match probe.finish(&mut command) {
        Err(XtaskError::Probe(error)) => error,
        other => panic!("{case}: found {other:?}, expected an error of the probe"),
    }
}

#[test]
fn recorded_messages_are_recognized() {
    assert_eq!(failed("none"), ProbeError::None);
    assert!(matches!(failed("two"), ProbeError::Several { attached } if attached.contains("1366:1051")));
    assert_eq!(failed("no-permission"), ProbeError::Permission);
    assert_eq!(failed("busy"), ProbeError::Busy);
    assert!(matches!(failed("unknown-chip"), ProbeError::UnknownChip { chip } if chip == "nRF52840_xxAA"));
    assert!(matches!(failed("wrong-chip"), ProbeError::WrongChip { said, .. } if said.contains("unsuccessful")));
    assert!(matches!(failed("no-target"), ProbeError::WrongChip { .. }));
    assert!(matches!(failed("locked"), ProbeError::Locked { .. }));
    assert!(matches!(failed("verify"), ProbeError::Verify { .. }));
    assert!(matches!(failed("other"), ProbeError::Other { .. }));
}

#[test]
fn every_error_is_one_line_and_has_a_help_line() {
    for case in ["none", "two", "no-permission", "busy", "unknown-chip", "wrong-chip", "locked", "verify", "other"] {
        let error = failed(case);
        let (error, help) = (error.to_string(), error.help());
        assert!(!error.contains('\n') && error.contains("found") && error.contains("expected"), "{case}: {error}");
        assert!(!help.contains('\n') && !help.is_empty(), "{case}: {help}");
    }
}

#[test]
fn a_download_that_works_is_no_error() {
    let board = Board::named("pico").unwrap();
    let probe = Probe::of_board(&board, Some("2e8a:000c")).unwrap();
    let fake = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/probe/probe-rs");
    let mut command = Command::new(fake);
    probe.finish(command.env("PROBE_CASE", "one").args(probe.reset())).unwrap();
}
