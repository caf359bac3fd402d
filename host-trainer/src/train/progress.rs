//! What is shown while it runs: bars on a terminal, a line an epoch elsewhere, and a line a phase on both.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// A bar that counts to `length`.
pub(super) fn counting_bar(progress: &MultiProgress, what: &str, length: usize) -> ProgressBar {
    bar(progress, what, length, "{prefix:20} {wide_bar} {pos}/{len} {eta:>4}")
}

/// A bar for the steps of a phase, with its loss as the message; the prefix has room for the validation figure.
pub(super) fn phase_bar(progress: &MultiProgress, what: &str, steps: usize) -> ProgressBar {
    bar(progress, what, steps, "{prefix:27} {wide_bar} {pos}/{len} {msg} ETA {eta:>4}")
}

fn bar(progress: &MultiProgress, what: &str, length: usize, template: &str) -> ProgressBar {
    // The templates above are constants; one that cannot be read leaves the crate's default bar.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    progress.add(ProgressBar::new(length as u64).with_style(style).with_prefix(what.to_owned()))
}

/// Shows a line that stays: above the bars, or on plain stderr where no bars are drawn.
pub(super) fn line(progress: &MultiProgress, text: &str) {
    if progress.is_hidden() {
        eprintln!("{text}");
    } else {
        // A terminal that went away is no reason to stop training.
        let _ = progress.println(text);
    }
}

/// Shows a line where no bars are drawn: stderr is a file or a pipe.
pub(super) fn line_without_bars(progress: &MultiProgress, text: impl FnOnce() -> String) {
    if progress.is_hidden() {
        eprintln!("{}", text());
    }
}
