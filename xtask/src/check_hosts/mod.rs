//! `check-hosts`: the core gives the same bits on other hosts than this one: every layer of the measured networks by its checksum, by
//! the definitions and by the fastest plan, and with `--tests` all tests that need no host model.

use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::error::XtaskError;
use crate::{paths, process, targets};

/// Which hosts, and how much.
#[derive(clap::Args)]
pub struct HostArguments {
    /// The hosts [default: all]
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    hosts: Vec<Host>,
    /// Runs the tests of the core that need no host model as well, where the host runs tests: some minutes
    #[arg(long)]
    tests: bool,
}

/// A kind of host that can be run on this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Host {
    /// This machine, optimized, without checks for overflow
    Native,
    /// 32 bits, big endian, by QEMU's user mode
    Powerpc,
    /// WebAssembly with 32 bits, by Node.js
    Wasm32,
}

/// Where Debian's wasi-libc is.
const WASI_LIBRARY: &str = "-L/usr/lib/wasm32-wasi";
const WASI_START: &str = "-Clink-arg=/usr/lib/wasm32-wasi/crt1-command.o";

impl Host {
    fn triple(self) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Powerpc => Some("powerpc-unknown-linux-gnu"),
            Self::Wasm32 => Some("wasm32-wasip1"),
        }
    }

    fn name(self) -> &'static str {
        self.triple().unwrap_or("this machine")
    }

    /// cargo for programs of the host, without its subcommand's arguments.
    fn cargo(self, subcommand: &str) -> Result<Command, XtaskError> {
        let Some(triple) = self.triple() else {
            let mut command = Command::new(process::cargo());
            command.arg(subcommand);
            return Ok(command);
        };
        let toolchain = targets::toolchain(&[triple.to_owned()])?;
        let toolchain = match self {
            Self::Powerpc => toolchain.with_operating_system(Some("powerpc-linux-gnu-gcc"), &[]),
            _ => toolchain.with_operating_system(None, &["-Clink-self-contained=no", WASI_LIBRARY, WASI_START]),
        };
        let mut command = toolchain.cargo(subcommand);
        let variable = triple.to_uppercase().replace('-', "_");
        command.env(format!("CARGO_TARGET_{variable}_RUNNER"), self.runner());
        Ok(command)
    }

    /// What a program of the host is started with, in the repository: cargo splits it at spaces, so no path of this machine is in it.
    fn runner(self) -> &'static str {
        match self {
            Self::Native => "",
            Self::Powerpc => "qemu-ppc -L /usr/powerpc-linux-gnu",
            Self::Wasm32 => "node --no-warnings xtask/src/check_hosts/run_wasi.mjs",
        }
    }

    /// The line that installs what it needs beside a compiler.
    fn install(self) -> &'static str {
        match self {
            Self::Native => "https://rustup.rs installs it",
            Self::Powerpc => "sudo apt-get install qemu-user gcc-powerpc-linux-gnu",
            Self::Wasm32 => "sudo apt-get install nodejs wasi-libc",
        }
    }

    /// The program that runs the others, or the linker where it is not there.
    fn missing(self) -> Option<&'static str> {
        let programs: &[&str] = match self {
            Self::Native => &[],
            Self::Powerpc => &["qemu-ppc", "powerpc-linux-gnu-gcc"],
            Self::Wasm32 => &["node"],
        };
        let is_missing = |program: &&&str| process::output(Command::new(program).arg("--version")).is_none();
        programs.iter().find(is_missing).copied()
    }
}

/// Runs the command.
///
/// # Errors
/// [`XtaskError`] when a host cannot be built for or run, or gives something else than this project keeps.
pub fn run(arguments: &HostArguments) -> Result<(), XtaskError> {
    let hosts = if arguments.hosts.is_empty() { Host::value_variants() } else { &arguments.hosts };
    let kept = paths::layer_checksums();
    let expected = std::fs::read_to_string(&kept).map_err(|source| XtaskError::ChecksumFile { path: kept, source })?;
    for &host in hosts {
        if let Some(program) = host.missing() {
            return Err(XtaskError::MissingProgram { program: program.to_owned(), help: host.install() });
        }
        let found = checksums(host)?;
        compare(host.name(), &found, &expected)?;
        println!("{}: {} layers give what they give everywhere", host.name(), expected.lines().count() - 1);
        if arguments.tests && host == Host::Powerpc {
            tests(host)?;
            println!("{}: the tests of the core pass", host.name());
        }
    }
    Ok(())
}

/// What the host prints.
fn checksums(host: Host) -> Result<String, XtaskError> {
    let mut command = host.cargo("run")?;
    command.args([
        "--quiet",
        "--locked",
        "--release",
        "--package",
        "bench-inputs",
        "--features",
        "switchback/all-kernels",
    ]);
    command.arg("--target-dir").arg(paths::target_folder().join("hosts")).args(["--", "checksums"]);
    let output = command
        .current_dir(paths::root())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(XtaskError::running("cargo", host.install()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let (program, status) = ("bench-inputs".to_owned(), output.status.to_string());
    Err(XtaskError::HostProgram { program, host: host.name().to_owned(), status })
}

fn compare(host: &str, found: &str, expected: &str) -> Result<(), XtaskError> {
    let (mut found, mut expected) = (found.lines(), expected.lines());
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return Ok(()),
            (found, expected) if found == expected => {}
            (found, expected) => {
                let line = |line: Option<&str>| line.unwrap_or("no line").to_owned();
                let (found, expected) = (line(found), line(expected));
                return Err(XtaskError::OtherChecksum { host: host.to_owned(), found, expected });
            }
        }
    }
}

/// Runs the tests of the core and of its files that need no host model.
fn tests(host: Host) -> Result<(), XtaskError> {
    let mut command = host.cargo("test")?;
    command.args(["--locked", "--package", "parity", "--package", "switchback", "--no-default-features"]);
    command.args(["--features", "switchback/all-kernels"]);
    command.arg("--target-dir").arg(paths::target_folder().join("hosts"));
    let status = command.current_dir(paths::root()).status().map_err(XtaskError::running("cargo", host.install()))?;
    if status.success() {
        return Ok(());
    }
    let (program, status) = ("cargo test".to_owned(), status.to_string());
    Err(XtaskError::HostProgram { program, host: host.name().to_owned(), status })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_told() {
        let kept = "model,tap,checksum\nm,conv1,0001\nm,conv2,0002\n";
        assert!(compare("h", kept, kept).is_ok());
        let said = |found: &str| compare("h", found, kept).unwrap_err().to_string();
        assert!(said(&kept.replace("0002", "0003")).contains("found m,conv2,0003, expected m,conv2,0002"));
        assert!(said("model,tap,checksum\nm,conv1,0001\n").contains("found no line, expected m,conv2,0002"));
        assert!(said(&format!("{kept}m,maps,4\n")).contains("found m,maps,4, expected no line"));
    }
}
