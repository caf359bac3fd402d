//! Programs of this repository that run on the host: built when they must be.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::XtaskError;
use crate::{paths, process, trainer};

/// Names cargo's profile for these programs, in place of `release`. With `dev` they share what `cargo test` has built, and check
/// for overflow.
const PROFILE_VARIABLE: &str = "SWITCHBACK_HOST_PROFILE";

/// Names features of the trainer to build in, as cargo's `--features` takes them: `dicom`.
const FEATURES_VARIABLE: &str = "SWITCHBACK_TRAINER_FEATURES";

/// Builds the program of a package, which has the package's name, and gives its path. Cargo's progress is shown only where
/// there is something to build.
pub fn build(package: &str) -> Result<PathBuf, XtaskError> {
    let target_folder = paths::target_folder();
    let profile = std::env::var(PROFILE_VARIABLE).unwrap_or_else(|_| "release".to_owned());
    // Cargo's name of the folder.
    let folder = if profile == "dev" { "debug" } else { &profile };
    let program = target_folder.join(folder).join(package).with_extension(std::env::consts::EXE_EXTENSION);
    let mut build = Command::new(process::cargo());
    build.args(["build", "--profile", &profile, "--package", package, "--target-dir"]).arg(&target_folder);
    match std::env::var(FEATURES_VARIABLE) {
        // No file's date tells that a feature is new.
        Ok(features) if package == trainer::PACKAGE => _ = build.args(["--features", &features]),
        _ if is_fresh(&program) => _ = build.arg("--quiet"),
        _ => {}
    }
    build.current_dir(paths::root());
    let status = build.status().map_err(XtaskError::running("cargo", "https://rustup.rs installs it"))?;
    if status.success() { Ok(program) } else { Err(XtaskError::Build { what: package.to_owned() }) }
}

/// Whether no source that `program` was built from is newer, as far as cargo's list of them tells. Cargo itself decides
/// what is built; this only decides what is shown.
fn is_fresh(program: &Path) -> bool {
    let Ok(list) = std::fs::read_to_string(program.with_extension("d")) else { return false };
    let built = paths::modified(program);
    // `PROGRAM: SOURCE SOURCE ...`
    let sources = list.split_once(": ").map_or("", |(_, sources)| sources).split_whitespace();
    program.is_file() && sources.map(Path::new).all(|source| paths::modified(source) <= built)
}
