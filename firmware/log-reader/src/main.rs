//! A device's defmt logs on standard input -> lines for people on standard error, by the texts in its program.
//!
//! A program of its own: its dependencies are built when a device is first run, not before the first training.
#![forbid(unsafe_code)]

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use defmt_decoder::{DecodeError, Table};

/// Print a device's defmt logs
#[derive(Parser)]
struct Arguments {
    /// The program that logs
    elf: PathBuf,
    /// What each line begins with
    name: String,
}

/// Logs that cannot be read.
#[derive(Debug, thiserror::Error)]
enum LogError {
    /// The program could not be read.
    #[error("read {}: {source}", path.display())]
    Read {
        /// The program.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program has no texts for its logs.
    #[error("logs of {}: {reason}", path.display())]
    Texts {
        /// The program.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The bytes are none of the program's logs, and nothing marks where the next one begins.
    #[error("logs: found bytes that are no frame, expected those of {}", path.display())]
    Malformed {
        /// The program.
        path: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), LogError> {
    let path = &arguments.elf;
    let bytes = std::fs::read(path).map_err(|source| LogError::Read { path: path.clone(), source })?;
    let fault = |reason: String| LogError::Texts { path: path.clone(), reason };
    let table = Table::parse(&bytes).map_err(|error| fault(format!("{error:#}")))?;
    let table = table.ok_or_else(|| fault("found no texts, expected a section .defmt".to_owned()))?;
    let mut decoder = table.new_stream_decoder();
    let mut buffer = [0; 1024];
    let mut stream = io::stdin().lock();
    // A stream that fails has ended: the device's end is noticed elsewhere.
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        decoder.received(&buffer[..length]);
        loop {
            match decoder.decode() {
                Ok(frame) => {
                    let level = frame.level().map_or("println", |level| level.as_str());
                    eprintln!("{} {level:<5} {}", arguments.name, frame.display_message());
                }
                Err(DecodeError::UnexpectedEof) => break,
                // Skipped up to the next frame; the default encoding marks their ends.
                Err(DecodeError::Malformed) if table.encoding().can_recover() => {}
                Err(DecodeError::Malformed) => return Err(LogError::Malformed { path: path.clone() }),
            }
        }
    }
    Ok(())
}
