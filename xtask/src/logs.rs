//! A device's defmt logs -> lines for people, by the texts in its program.

use std::io::Read;
use std::path::{Path, PathBuf};

use defmt_decoder::{DecodeError, Table};

use crate::error::XtaskError;

/// The texts of a program's logs.
pub struct LogTexts {
    table: Table,
}

impl LogTexts {
    /// Reads the texts from a program.
    ///
    /// # Errors
    /// [`XtaskError::Read`] and [`XtaskError::Logs`].
    pub fn read(elf: &Path) -> Result<Self, XtaskError> {
        let bytes = std::fs::read(elf).map_err(|source| XtaskError::Read { path: elf.to_owned(), source })?;
        let fault = |reason: String| XtaskError::Logs { path: PathBuf::from(elf), reason };
        let table = Table::parse(&bytes).map_err(|error| fault(format!("{error:#}")))?;
        let table = table.ok_or_else(|| fault("found no texts, expected a section .defmt".to_owned()))?;
        Ok(Self { table })
    }

    /// Prints the logs that arrive, each after `name`, until the stream ends.
    pub fn print(&self, name: &str, mut stream: impl Read) {
        let mut decoder = self.table.new_stream_decoder();
        let mut buffer = [0; 1024];
        // A stream that fails has ended: the device's end is noticed elsewhere.
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            decoder.received(&buffer[..length]);
            loop {
                match decoder.decode() {
                    Ok(frame) => {
                        let level = frame.level().map_or("println", |level| level.as_str());
                        eprintln!("{name} {level:<5} {}", frame.display_message());
                    }
                    Err(DecodeError::UnexpectedEof) => break,
                    // Skipped up to the next frame; the default encoding marks their ends.
                    Err(DecodeError::Malformed) if self.table.encoding().can_recover() => {}
                    Err(DecodeError::Malformed) => return,
                }
            }
        }
    }
}
