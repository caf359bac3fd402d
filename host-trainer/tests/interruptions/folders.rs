//! What lies in a run folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use host_trainer::float::read_tensors;
use host_trainer::run::ModelFile;

/// Every file below `folder` with its bytes, by its path in there.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), bytes);
            }
        }
    }
    found
}

/// Whether a file was being written and never came to its name.
pub fn is_leftover(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Panics where a file is not whole by the rules of its kind.
pub fn assert_whole(folder: &Path) {
    for (path, bytes) in files(folder) {
        let whole = folder.join(&path);
        let text = || std::str::from_utf8(&bytes).unwrap();
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        match kind {
            _ if is_leftover(&path) => {}
            "safetensors" => drop(read_tensors(&whole).unwrap()),
            "sbk" => drop(ModelFile::read(&whole).unwrap()),
            "json" => drop(serde_json::from_str::<serde_json::Value>(text()).unwrap()),
            "toml" => drop(text().parse::<toml::Table>().unwrap()),
            // Before the first epoch it has no line.
            "csv" => assert!(bytes.is_empty() || text().starts_with("phase,") && text().ends_with('\n')),
            "html" => assert!(text().ends_with("</html>"), "{}", path.display()),
            _ => panic!("{} is no file of a run", path.display()),
        }
    }
}

/// What a training of the same seed and data makes again bit for bit: weights, models, networks, log. The rest names commands and
/// seconds, or is no result.
pub fn reproducible(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = files(folder);
    files.retain(|path, _| !path.ends_with("run.json") && !path.ends_with("data.json"));
    files.retain(|path, _| !path.ends_with("metrics.json") && !path.ends_with("report.html"));
    files.retain(|path, _| !path.ends_with("plan.json") && !path.starts_with("checkpoint") && !is_leftover(path));
    assert!(files.keys().filter(|path| path.extension().is_some_and(|kind| kind == "sbk")).count() == 3);
    files
}

/// Panics with the names of the files that differ.
pub fn assert_equal(found: &BTreeMap<PathBuf, Vec<u8>>, expected: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
    let paths: BTreeSet<&PathBuf> = found.keys().chain(expected.keys()).collect();
    let differ: Vec<&PathBuf> = paths.into_iter().filter(|&path| found.get(path) != expected.get(path)).collect();
    assert!(differ.is_empty(), "{what}: other bytes in {differ:?}");
}
