//! Where things are in the repository.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The repository.
pub fn root() -> &'static Path {
    // This package is a folder of it.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder of build results that this program itself was built into.
pub fn target_folder() -> PathBuf {
    let program = std::env::current_exe().ok();
    // target/PROFILE/xtask
    program
        .as_deref()
        .and_then(Path::parent)
        .and_then(Path::parent)
        .map_or_else(|| root().join("target"), Path::to_owned)
}

/// The model of the run that was written last, in `runs/` of the current folder.
pub fn newest_model() -> Option<PathBuf> {
    let runs = std::fs::read_dir("runs").ok()?;
    let models = runs.filter_map(|run| Some(run.ok()?.path().join("model.sbk"))).filter(|model| model.is_file());
    models.max_by_key(|model| modified(model))
}

/// What each layer of the measured networks gives, on every host and board: `model,tap,checksum`.
pub fn layer_checksums() -> PathBuf {
    root().join("docs/layer-checksums.csv")
}

/// When a file was written; the beginning of time where that cannot be known.
pub fn modified(path: &Path) -> SystemTime {
    path.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}
