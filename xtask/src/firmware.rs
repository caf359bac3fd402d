//! Builds the firmware's programs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use boards::Board;

use crate::error::XtaskError;
use crate::{paths, targets};

/// The folder of build results for the working tree.
pub fn target_folder() -> PathBuf {
    paths::target_folder().join("firmware")
}

/// A program of the firmware, and what is linked to it.
pub struct Program<'a> {
    /// Its name.
    pub name: &'a str,
    /// The feature of the firmware without which there is no such program.
    pub feature: Option<&'a str>,
    /// The board that it runs on.
    pub board: &'a Board,
    /// The models' files; none where it takes its model from a slot.
    pub models: &'a [PathBuf],
    /// The most that the arena may have, where that is less than the board's memory.
    pub arena_bytes: Option<u32>,
    /// The features of the kernels that it links; all where it is not said.
    pub kernels: Option<&'a str>,
    /// Whether it is optimized for size.
    pub small: bool,
    /// The image that it judges by itself.
    pub still: Option<&'a Path>,
}

/// The feature of all kernels.
pub const ALL_KERNELS: &str = "all-kernels";

/// The features of the kinds of kernels that the trainer names.
pub fn kernel_features(kinds: &str) -> String {
    let kinds = kinds.split(',').filter(|kind| *kind != "definitions");
    kinds.map(|kind| format!("switchback/{kind}")).collect::<Vec<_>>().join(",")
}

/// Builds a program of the repository `root` into the folder `target`, and gives its path. The next build may overwrite it. Cargo takes
/// packages at the same place of two work trees for the same, so each needs a folder of its own.
///
/// # Errors
/// [`XtaskError`] when there is no compiler for the board, or it finds errors.
pub fn build(root: &Path, target: &Path, program: &Program<'_>) -> Result<PathBuf, XtaskError> {
    let Program { name, feature, board, models, arena_bytes, kernels, small, still } = *program;
    let failed = || XtaskError::Build { what: format!("the firmware for {}", board.name) };
    let models = (!models.is_empty()).then(|| env::join_paths(models)).transpose().map_err(|_| failed())?;
    let toolchain = targets::of_board(board)?;
    let toolchain = if small { toolchain.for_size() } else { toolchain };
    let mut build = toolchain.cargo("build");
    build.args([
        "--profile",
        if small { "small" } else { "release" },
        "--bin",
        name,
        "--message-format",
        "json-render-diagnostics",
        "--target-dir",
    ]);
    build.arg(target);
    // The default is the emulated boards' chip and all kernels; revisions without real boards know no other, nor their names.
    if !board.is_emulated() || kernels.is_some() {
        let kernels = kernels.unwrap_or(ALL_KERNELS);
        build.args(["--no-default-features", "--features", board.chip.feature(), "--features", kernels]);
    }
    if let Some(feature) = feature {
        build.args(["--features", feature]);
    }
    build.current_dir(root.join("firmware"));
    build.env("SWITCHBACK_BOARD", &board.name).env_remove("SWITCHBACK_MODEL");
    if let Some(models) = models {
        build.env("SWITCHBACK_MODEL", models);
    }
    if let Some(still) = still {
        build.args(["--features", "still"]).env("SWITCHBACK_STILL", still);
    }
    if let Some(bytes) = arena_bytes {
        build.env("SWITCHBACK_ARENA_BYTES", bytes.to_string());
    }
    let output = build
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(XtaskError::running("cargo", "https://rustup.rs installs it"))?;
    if !output.status.success() {
        return Err(failed());
    }
    // One JSON object a line; the one about the program has its path.
    let messages = output.stdout.split(|&byte| byte == b'\n');
    let mut programs = messages.filter_map(|line| {
        let message: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    programs.next_back().ok_or_else(failed)
}
