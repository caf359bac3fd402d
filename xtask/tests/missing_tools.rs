//! What is missing beside the board is said before anything is built: one line what, one line how to mend it. Programs in
//! `tests/` stand in for probe-rs and the emulator.

#![cfg(unix)]

use std::path::Path;
use std::process::Command;

/// What `flash` says on standard error, with only the folder `tools` of `tests/` on the path.
fn said(board: &str, tools: &str, probe_case: &str, more: &[&str]) -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    // Any file will do for a model: nothing comes as far as reading it.
    command.args(["flash", "--board", board, "--model"]).arg(package.join("Cargo.toml")).args(more);
    command.env("PATH", package.join("tests").join(tools)).env("PROBE_CASE", probe_case);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[track_caller]
fn assert_says(text: &str, error: &str, help: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let [first, second] = lines.as_slice() else { panic!("found {text}, expected two lines") };
    assert!(first.starts_with("error: ") && first.contains(error), "{error} is not in {first}");
    assert!(second.starts_with("help: ") && second.contains(help), "{help} is not in {second}");
}

#[test]
fn no_probe_rs() {
    assert_says(&said("nrf52840-dk", "old-emulator", "", &[]), "found no probe-rs", "cargo install probe-rs-tools");
}

#[test]
fn no_probe() {
    assert_says(&said("nrf52840-dk", "probe", "none", &[]), "probe: found none", "plug");
}

#[test]
fn two_probes() {
    let both = "1366:1051:000683456789 (J-Link), 2e8a:000c-0:E66058388357B629 (Debug Probe (CMSIS-DAP))";
    assert_says(&said("pico", "probe", "two", &[]), both, "--probe VID:PID:SERIAL");
}

#[test]
fn another_probe() {
    let more = ["--probe", "0483:374e"];
    assert_says(&said("pico2", "probe", "two", &more), "expected 0483:374e", "probe-rs list");
}

#[test]
fn no_permission() {
    assert_says(&said("nucleo-h743zi", "probe", "no-permission", &[]), "no permission", "udev");
}

#[test]
fn no_serial_port() {
    let more = ["--serial", "/dev/no-such-port"];
    assert_says(
        &said("nrf52840-dk", "probe", "one", &more),
        "serial port: found no /dev/no-such-port",
        "--serial PORT",
    );
}

#[test]
fn no_emulator() {
    assert_says(&said("qemu-m4", "probe", "", &[]), "found no qemu-system-arm", "apt-get install qemu-system-arm");
}

#[test]
fn an_old_emulator() {
    assert_says(&said("qemu-m55", "old-emulator", "", &[]), "found version 6.2.0", "qemu-system-arm");
}

#[test]
fn a_probe_of_an_emulated_board() {
    let text = said("qemu-m4", "probe", "", &["--probe", "1366:1051"]);
    assert_says(&text, "--probe: found it for qemu-m4", "the real boards are");
}
