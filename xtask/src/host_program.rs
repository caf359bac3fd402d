//! Programs of this repository that run on the host: built when they must be.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::XtaskError;
use crate::{paths, process, trainer};

/// Names a folder of these programs that are built already, in place of building them.
const FOLDER_VARIABLE: &str = "SWITCHBACK_HOST_PROGRAMS";

/// Names features of the trainer to build in, as cargo's `--features` takes them: `dicom`, `cuda`, `nccl`.
const FEATURES_VARIABLE: &str = "SWITCHBACK_TRAINER_FEATURES";

/// Builds the program of a package, which has the package's name, and gives its path. Cargo's progress is shown only where
/// there is something to build.
pub fn build(package: &str) -> Result<PathBuf, XtaskError> {
    let in_folder = |folder: &Path| folder.join(package).with_extension(std::env::consts::EXE_EXTENSION);
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
        return Ok(in_folder(Path::new(&folder)));
    }
    let target_folder = paths::target_folder();
    let program = in_folder(&target_folder.join("release"));
    let mut build = Command::new(process::cargo());
    build.args(["build", "--release", "--package", package, "--target-dir"]).arg(&target_folder);
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
