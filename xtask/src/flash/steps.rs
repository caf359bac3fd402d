//! What is run to bring program and model onto a real board, in order; a dry run prints it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use boards::{Board, Region, SLOT_HEADER_BYTES};

use crate::probe::{self, Probe};

/// A run of probe-rs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it writes: a name, where, and how many bytes.
    pub writes: Option<(&'static str, Region, u64)>,
    /// The arguments.
    pub arguments: Vec<OsString>,
}

/// The runs of probe-rs for a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(Vec<Step>);

/// The files that are written, and their bytes on the board.
pub struct Files<'a> {
    /// The program; `None` where it stays as it is.
    pub program: Option<(&'a Path, u64)>,
    /// The slot's image, and the length of its model.
    pub model: (&'a Path, u64),
    /// As many bytes as a slot's header has, as erasing leaves them.
    pub no_header: &'a Path,
}

impl Steps {
    /// The steps for the files.
    pub fn new(board: &Board, probe: &Probe, files: &Files<'_>) -> Self {
        let mut steps = Vec::new();
        if let Some((elf, bytes)) = files.program {
            let writes = Some(("program", board.memory.flash, bytes));
            steps.push(Step { writes, arguments: probe.download_program(elf) });
        }
        let (image, model_bytes) = files.model;
        let header_bytes = u64::from(SLOT_HEADER_BYTES);
        if let Some(slot) = board.memory.model.slot(0) {
            let writes = Some(("model", slot, header_bytes + model_bytes));
            steps.push(Step { writes, arguments: probe.download_bytes(slot, image) });
        }
        // Last, so that there always is a model: one that an update left there might be newer than the one above.
        if let Some(slot) = board.memory.model.slot(1) {
            let writes = Some(("no header in the other slot", slot, header_bytes));
            steps.push(Step { writes, arguments: probe.download_bytes(slot, files.no_header) });
        }
        steps.push(Step { writes: None, arguments: probe.reset() });
        Self(steps)
    }

    /// The steps, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Step> {
        self.0.iter()
    }
}

/// A command as a shell takes it.
pub fn shell(program: &OsStr, arguments: &[OsString]) -> String {
    let quoted = |word: &OsStr| {
        let word = word.to_string_lossy().into_owned();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
        if !word.is_empty() && word.chars().all(is_plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
    };
    let words = std::iter::once(program).chain(arguments.iter().map(OsString::as_os_str));
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.iter() {
            if let Some((what, region, bytes)) = step.writes {
                let (start, end) = (region.origin, region.end());
                writeln!(f, "# {what}: {bytes} bytes from {start:#010x} on, of {} up to {end:#010x}", region.bytes)?;
            }
            writeln!(f, "{}", shell(OsStr::new(probe::PROGRAM), &step.arguments))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn text(board: &Board, program: Option<(&Path, u64)>, selector: Option<&str>) -> String {
        let probe = Probe::of_board(board, selector).unwrap();
        let files = Files { program, model: (Path::new("slot.bin"), 100_000), no_header: Path::new("none.bin") };
        Steps::new(board, &probe, &files).to_string()
    }

    /// `UPDATE_SNAPSHOTS=1 cargo test -p xtask` writes them anew.
    #[test]
    fn a_dry_run_of_every_real_board_is_as_kept() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dry-run");
        for board in boards::all().unwrap().iter().filter(|board| !board.is_emulated()) {
            let found = text(board, Some((Path::new("firmware"), 40_000)), None);
            let kept = folder.join(format!("{}.txt", board.name));
            if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
                std::fs::write(&kept, &found).unwrap();
            }
            assert_eq!(found, std::fs::read_to_string(&kept).unwrap_or_default(), "{}", kept.display());
        }
    }

    #[test]
    fn only_the_model_is_written_where_that_is_asked() {
        let board = Board::named("pico2").unwrap();
        let text = text(&board, None, Some("2e8a:000c:E66"));
        assert!(!text.contains("# program") && !text.contains("elf"), "{text}");
        assert!(
            text.contains("--probe 2e8a:000c:E66 ") && text.contains("--base-address 0x10080000 slot.bin"),
            "{text}"
        );
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        let words = ["a b", "it's", "plain.bin"].map(OsString::from);
        assert_eq!(shell(OsStr::new("run"), &words), r"run 'a b' 'it'\''s' plain.bin");
    }
}
