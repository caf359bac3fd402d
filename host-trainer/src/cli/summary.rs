//! What a finished run says on the terminal.

use crate::metrics::table;
use crate::run::{Finished, RunFolder};

/// The tables, the sizes, the parity line and where the report is.
pub fn print(folder: &RunFolder, finished: &Finished) {
    let kib = |bytes: usize| bytes as f64 / 1024.0;
    println!("{}", table(&finished.metrics));
    let flash = finished.plan.flash_bytes.unwrap_or(0);
    println!(
        "model   {} ({:.1} KiB of flash, {:.1} KiB of arena, or less down to {:.1})",
        folder.model().display(),
        kib(flash),
        kib(finished.plan.arena_bytes),
        kib(finished.plan.smallest_arena_bytes)
    );
    println!("report  {}", folder.report().display());
}
