//! `doctor`: what this machine has and lacks, what each thing is for, and the line that mends it.

use std::process::Command;

use crate::{emulator, probe, process, targets};

/// Something that commands need.
struct Finding {
    what: String,
    needed_for: &'static str,
    /// What was found, or the line that installs it.
    state: Result<String, String>,
}

/// Prints the findings.
pub fn run() {
    let mut findings = vec![
        Finding { what: "rustc".to_owned(), needed_for: "everything", state: program("rustc", "https://rustup.rs") },
        Finding { what: "cargo".to_owned(), needed_for: "everything", state: program("cargo", "https://rustup.rs") },
        Finding { what: "C compiler".to_owned(), needed_for: "linking every program of the host", state: c_compiler() },
    ];
    // A manifest that cannot be read is what `flash` complains about.
    findings.extend(targets::triples().unwrap_or_default().into_iter().map(|triple| {
        Finding {
            state: targets::toolchain(std::slice::from_ref(&triple))
                .map(|t| t.description())
                .map_err(|_| targets::install_line(&triple)),
            what: triple,
            needed_for: "flash",
        }
    }));
    findings.push(Finding {
        what: "qemu-system-arm".to_owned(),
        needed_for: "flash on the boards qemu-*, bench",
        state: emulator::check_version().and_then(|()| emulator::version()).map_err(|_| emulator::INSTALL.to_owned()),
    });
    findings.push(Finding {
        what: "probe-rs".to_owned(),
        needed_for: "flash on real boards",
        state: probe::version().map_err(|_| probe::INSTALL.to_owned()),
    });
    for Finding { what, needed_for, state } in findings {
        let state = match state {
            Ok(found) => format!("found    {found}"),
            Err(help) => format!("missing  install: {help}"),
        };
        println!("{what:<24} {state}\n{:<24} needed for {needed_for}", "");
    }
}

fn program(name: &str, install: &str) -> Result<String, String> {
    process::output(Command::new(name).arg("--version")).ok_or_else(|| install.to_owned())
}

fn c_compiler() -> Result<String, String> {
    let version = program("cc", "sudo apt-get install build-essential, or xcode-select --install")?;
    Ok(version.lines().next().unwrap_or_default().to_owned())
}
