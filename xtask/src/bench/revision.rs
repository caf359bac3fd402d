//! The program of another git revision, for comparison.

use std::path::{Path, PathBuf};
use std::process::Command;

use boards::Board;

use super::count::Count;
use crate::error::XtaskError;
use crate::{paths, process};

/// A work tree of another revision, among the build results; it is removed when this value goes.
pub struct Revision {
    root: PathBuf,
    name: String,
}

/// The folder of build results for other revisions.
pub fn target_folder() -> PathBuf {
    paths::target_folder().join("firmware-of-revision")
}

impl Revision {
    /// Checks a revision out.
    ///
    /// # Errors
    /// [`XtaskError::NoSuchRevision`].
    pub fn check_out(revision: &str) -> Result<Self, XtaskError> {
        let missing = || XtaskError::NoSuchRevision { revision: revision.to_owned() };
        let commit = format!("{revision}^{{commit}}");
        let name = process::output(git().args(["rev-parse", "--short", "--verify", &commit])).ok_or_else(missing)?;
        let root = paths::target_folder().join("revision");
        let found = Self { root, name };
        // What an interrupted comparison left.
        found.remove();
        let added =
            git().args(["worktree", "add", "--force", "--detach", "--quiet"]).arg(&found.root).arg(&commit).status();
        if added.is_ok_and(|status| status.success()) { Ok(found) } else { Err(missing()) }
    }

    /// Its repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit, short.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn remove(&self) {
        // It fails where there is none, which is what is wanted.
        let _ = process::output(git().args(["worktree", "remove", "--force"]).arg(&self.root));
    }
}

impl Drop for Revision {
    fn drop(&mut self) {
        self.remove();
    }
}

fn git() -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(paths::root());
    command
}

/// Both columns and the change of every layer; the counts of two kernels of one layer stand side by side where only the plan changed.
pub fn print(board: &Board, revision: &str, before: &[Count], now: &[Count]) {
    println!("{}: instructions of one image, {revision} and the working tree", board.name);
    for layers in now.chunk_by(|a, b| (&a.model, &a.image) == (&b.model, &b.image)) {
        let Some(first) = layers.first() else { continue };
        println!("\n{}, {} image", first.model, first.image);
        println!("{:<12} {:<28} {:>13} {:>13} {:>8}", "layer", "kernel", revision, "now", "change");
        let (mut total_before, mut total) = (0, 0);
        for count in layers {
            let other = partner(count, layers, before);
            let kernel = match other {
                Some(other) if !other.kernel.is_empty() && other.kernel != count.kernel => {
                    format!("{}, now {}", other.kernel, count.kernel)
                }
                _ => count.kernel.clone(),
            };
            line(&count.layer, &kernel, other.map(|other| other.instructions), count.instructions);
            total_before += other.map_or(0, |other| other.instructions);
            total += count.instructions;
        }
        line("total", "", Some(total_before), total);
    }
}

/// The count of the same layer before: of the same kernel where there are several.
fn partner<'a>(count: &Count, layers: &[Count], before: &'a [Count]) -> Option<&'a Count> {
    let is_only = layers.iter().filter(|other| other.layer == count.layer).count() == 1;
    // An older program knows the model by its checksum only.
    let same_model = |other: &&Count| other.crc32 == count.crc32;
    let same = |other: &&Count| (&other.image, &other.layer) == (&count.image, &count.layer);
    let mut candidates = before.iter().filter(same_model).filter(same);
    candidates.find(|other| is_only || other.kernel == count.kernel)
}

fn line(layer: &str, kernel: &str, before: Option<u64>, now: u64) {
    let (before, change) = match before {
        Some(before) if before > 0 => {
            let change = 100.0 * (now as f64 / before as f64 - 1.0);
            (before.to_string(), format!("{change:+.1} %"))
        }
        _ => ("-".to_owned(), "-".to_owned()),
    };
    println!("{layer:<12} {kernel:<28} {before:>13} {now:>13} {change:>8}");
}
