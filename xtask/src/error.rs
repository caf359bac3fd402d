//! What can keep a command from being done, and the next step where there is one.

use std::io;
use std::path::PathBuf;

use boards::BoardError;

use crate::flash::table::Missing;
use crate::probe::ProbeError;
use crate::serial::SerialError;
use crate::{emulator, targets};

/// A command that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum XtaskError {
    /// A program is not installed.
    #[error("program: found no {program}, expected it on the path")]
    MissingProgram {
        /// Its name.
        program: String,
        /// The line that installs it.
        help: &'static str,
    },
    /// No installed compiler can build for the board.
    #[error("compiler target: found no {triple}, expected it installed")]
    MissingTarget {
        /// The compiler's name of the processor.
        triple: String,
    },
    /// A program could not be run.
    #[error("run {program}: {source}")]
    Run {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A build failed; its own messages say why.
    #[error("build of {what}: found errors, expected none")]
    Build {
        /// What was built.
        what: String,
    },
    /// There is no model.
    #[error("model: found no runs/*/model.sbk, expected one")]
    NoModel,
    /// The model is not a file.
    #[error("model: found no file {}, expected one", path.display())]
    NoSuchModel {
        /// Where it should be.
        path: PathBuf,
    },
    /// The board is unknown or its manifest is broken.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// A command of the emulator for a real board.
    #[error("board: found {board}, which is real, expected an emulated one")]
    NotEmulated {
        /// The board.
        board: String,
    },
    /// A command of the probe for an emulated board.
    #[error("board: found {board}, which is emulated, expected a real one")]
    NotReal {
        /// The board.
        board: String,
    },
    /// A flag that only real boards understand.
    #[error("{flag}: found it for {board}, which is emulated, expected it for a real board only")]
    RealOnly {
        /// The flag.
        flag: &'static str,
        /// The board.
        board: String,
    },
    /// The installed emulator lacks something that is needed.
    #[error("emulator: found version {found}, expected {least}.0 or newer")]
    OldEmulator {
        /// Its version.
        found: String,
        /// The oldest that does.
        least: u32,
    },
    /// The probe does not flash.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// There is no serial line to the board.
    #[error(transparent)]
    Serial(#[from] SerialError),
    /// Program or model are too big for the board.
    #[error("{missing}")]
    DoesNotFit {
        /// What does not fit.
        missing: Missing,
        /// The boards that it fits, by their names.
        fits_on: Vec<String>,
        /// Models like it that would fit.
        would_fit: Vec<String>,
    },
    /// The trainer could not plan the model.
    #[error("plan of the model on {board}: found none ({said}), expected one")]
    Plan {
        /// The board.
        board: String,
        /// The trainer's own message.
        said: String,
    },
    /// A program's file is not one.
    #[error("program {}: {cause}", path.display())]
    Elf {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A dependency breaks a rule; cargo-deny's own messages say which.
    #[error("dependencies of {manifest}: found some against the rules of .cargo/deny.toml, expected none")]
    Dependencies {
        /// The package's manifest.
        manifest: &'static str,
    },
    /// Another host gives something else.
    #[error("checksums on {host}: found {found}, expected {expected} as in docs/layer-checksums.csv")]
    OtherChecksum {
        /// The host's target.
        host: String,
        /// The line that it printed.
        found: String,
        /// The line that is kept.
        expected: String,
    },
    /// A program failed; its own messages say why.
    #[error("{program} on {host}: found it ended ({status}), expected it to succeed")]
    HostProgram {
        /// The program.
        program: String,
        /// The host's target.
        host: String,
        /// How it ended.
        status: String,
    },
    /// The emulator ended before the conversation did.
    #[error("emulator: found it ended ({status}), expected it to run; it said: {said}")]
    EmulatorEnded {
        /// How it ended.
        status: String,
        /// Its own messages.
        said: String,
    },
    /// The device's logs could not be read; the reader's own message says why.
    #[error("logs of the device: found none that can be read, expected those of its program")]
    Logs,
    /// The bench program printed something else than counts.
    #[error("counts of {board}: found the line '{line}', expected JSON with image, layer, ticks and macs")]
    Counts {
        /// The board.
        board: String,
        /// What it printed.
        line: String,
    },
    /// The board's timer runs at another speed than its manifest says.
    #[error("timer of {board}: found {found} instructions by its manifest, expected {expected}")]
    Timer {
        /// The board.
        board: String,
        /// By the manifest's clock.
        found: u64,
        /// Of a loop of known length.
        expected: u64,
    },
    /// The host's checksums could not be read.
    #[error("checksums {}: {source}", path.display())]
    ChecksumFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A layer on a board is not what its definition gives on the host.
    #[error("{tap} on {board}: found checksum {found}, expected {expected}, the definition's on the host")]
    Tap {
        /// The board.
        board: String,
        /// The tap's name.
        tap: String,
        /// Its checksum on the board.
        found: String,
        /// Its checksum on the host.
        expected: String,
    },
    /// A function of a back end does not give what the portable one gives, or the program that finds out failed.
    #[error("back end of {board}: {said}")]
    BackEnd {
        /// The board.
        board: String,
        /// What the program said: function, case, what was found and what was expected.
        said: String,
    },
    /// The file of kept counts could not be read or written.
    #[error("kept counts {}: {source}", path.display())]
    KeptFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing is kept to compare with.
    #[error("kept counts: found none of {model} on {board}, expected them in {}", path.display())]
    NothingKept {
        /// The board.
        board: String,
        /// The model's name.
        model: String,
        /// The file.
        path: PathBuf,
    },
    /// A layer takes more instructions than what is kept allows.
    #[error("{layer} of {model} ({image} image): found {found} instructions, expected {kept} and at most 2 % more")]
    Slower {
        /// The model.
        model: String,
        /// The layer.
        layer: String,
        /// The image.
        image: String,
        /// Instructions now.
        found: u64,
        /// Instructions kept.
        kept: u64,
    },
    /// There is no such fuzz target.
    #[error("fuzz target: found {found}, expected one of {}", known.join(", "))]
    NoSuchFuzzTarget {
        /// What was asked for.
        found: String,
        /// The targets there are.
        known: Vec<&'static str>,
    },
    /// A folder or file that fuzzing keeps could not be read or written.
    #[error("fuzzing {}: {source}", path.display())]
    FuzzFolder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A fuzz target ended without saying what it has found.
    #[error("fuzz target {target}: found that it ended ({status}), expected the limit or a finding; see {}", log.display())]
    FuzzEnded {
        /// The target.
        target: &'static str,
        /// How it ended.
        status: String,
        /// What it said.
        log: PathBuf,
    },
    /// Fuzzing has found something.
    #[error("fuzzing: found {count} failing inputs, expected none; the first is {}", input.display())]
    FuzzFinding {
        /// Targets with a finding.
        count: usize,
        /// The program that fails.
        program: PathBuf,
        /// Its input.
        input: PathBuf,
        /// What it said.
        log: PathBuf,
    },
    /// A test failed under a tool that sees undefined behaviour, or the tool is not there; the lines above say which.
    #[error("tests of {what} under the sanitizer: found a failure, expected none")]
    Sanitized {
        /// The package.
        what: String,
    },
    /// There is no such revision, or no git.
    #[error("revision: found no {revision}, expected one of this repository")]
    NoSuchRevision {
        /// What git was asked for.
        revision: String,
    },
    /// A person or another program asked to stop.
    #[error("found an interruption, expected the end")]
    Interrupted,
}

impl XtaskError {
    /// An adapter for `map_err` of an attempt to run `program`, which `help` installs.
    pub fn running(program: &str, help: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::MissingProgram { program: program.to_owned(), help },
            _ => Self::Run { program: program.to_owned(), source },
        }
    }

    /// Prints it and the next step, for people.
    pub fn print(&self) {
        eprintln!("error: {self}");
        if let Some(help) = self.help() {
            eprintln!("help: {help}");
        }
    }

    /// The next step.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::MissingProgram { help, .. } => Some((*help).to_owned()),
            Self::MissingTarget { triple } => Some(targets::install_line(triple)),
            Self::Build { .. } => Some("the lines above say why; cargo xtask doctor lists what builds need".to_owned()),
            Self::NotEmulated { .. } => {
                Some("cargo xtask flash takes both; the emulated ones are called qemu-*".to_owned())
            }
            Self::RealOnly { .. } => {
                Some("the real boards are the manifests of firmware/boards with a [probe]".to_owned())
            }
            Self::OldEmulator { .. } => Some(emulator::INSTALL.to_owned()),
            Self::Probe(error) => Some(error.help()),
            Self::Serial(error) => Some(error.help()),
            Self::DoesNotFit { missing, .. } if !missing.what.is_of_the_model() => None,
            Self::DoesNotFit { fits_on, would_fit, .. } => {
                let boards = (!fits_on.is_empty()).then(|| format!("it fits on {}", fits_on.join(", ")));
                let models = would_fit.iter().map(|model| format!("it would fit with {model}"));
                let proposed: Vec<String> = boards.into_iter().chain(models).collect();
                Some(match proposed.as_slice() {
                    [] => "a model of a smaller --input needs less: cargo xtask plan".to_owned(),
                    _ => proposed.join("; "),
                })
            }
            Self::KeptFile { .. } | Self::NothingKept { .. } => {
                Some("cargo xtask bench --save with the same board and model keeps them".to_owned())
            }
            Self::Slower { .. } => {
                Some("make it faster again, or keep the new count: the same command with --save".to_owned())
            }
            Self::FuzzFinding { program, input, log, .. } => Some(format!(
                "{} {} runs it again, {} says what failed; once mended, keep it in tests/fuzz/corpus",
                program.display(),
                input.display(),
                log.display()
            )),
            Self::NoModel | Self::NoSuchModel { .. } => {
                Some("cargo xtask train-and-quantize makes one, or name yours: --model FILE, --run DIR".to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_mended_is_one_line_and_has_a_help_line() {
        let triple = "thumbv7em-none-eabihf".to_owned();
        let does_not_fit = |fits_on: &[&str]| XtaskError::DoesNotFit {
            missing: Missing {
                board: "pico".to_owned(),
                what: crate::flash::table::Part::Arena,
                memory: boards::MemoryKind::Ram,
                needed: 300_000,
                available: 221_184,
            },
            fits_on: fits_on.iter().map(|&name| name.to_owned()).collect(),
            would_fit: Vec::new(),
        };
        for (error, found, help) in [
            (
                XtaskError::MissingTarget { triple },
                "found no thumbv7em-none-eabihf",
                "rustup target add thumbv7em-none-eabihf",
            ),
            (XtaskError::OldEmulator { found: "6.2.0".to_owned(), least: 7 }, "found version 6.2.0", "apt-get install"),
            (
                does_not_fit(&["pico2", "qemu-m4"]),
                "arena on pico: found 300000 bytes of RAM",
                "it fits on pico2, qemu-m4",
            ),
            (does_not_fit(&[]), "78816 bytes missing", "smaller --input"),
        ] {
            let (text, line) = (error.to_string(), error.help().unwrap());
            assert!(text.contains(found) && text.contains("expected") && !text.contains('\n'), "{text}");
            assert!(line.contains(help) && !line.contains('\n'), "{line}");
        }
    }
}
