//! What a layout's reader hands on: files with label names, before classes are numbered and splits are drawn.

use std::path::{Path, PathBuf};

use super::split::Shares;
use super::{DataError, Split};
use crate::files::FileError;

/// One image as its layout lists it.
pub(super) struct Entry {
    pub name: String,
    pub path: PathBuf,
    /// Label names, in the order written, possibly none.
    pub labels: Vec<String>,
    /// `None`: to be drawn.
    pub split: Option<Split>,
    pub group: Option<String>,
    pub mask: Option<PathBuf>,
    /// Line of the label file, from 1; 0 where the layout has no label file.
    pub line: u64,
}

/// All images of a data set as its layout lists them.
pub(super) struct Listing {
    pub entries: Vec<Entry>,
    /// Classes in an order that the data set prescribes (`classes.txt`); else they are sorted.
    pub declared_classes: Option<Vec<String>>,
    /// The file that errors about a line should name.
    pub label_file: PathBuf,
    /// Of the splits that are to be drawn.
    pub shares: Shares,
}

/// The entries of a folder as (name, path), sorted by name, so that nothing depends on the file system's order. Hidden
/// ones and names that are not UTF-8 are left out.
pub(super) fn sorted_entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(FileError::of("list", folder))? {
        let entry = entry.map_err(FileError::of("list", folder))?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
        {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

/// Whether a file's name says image. Only listing goes by names; decoding goes by content.
pub(super) fn has_image_name(path: &Path) -> bool {
    const EXTENSIONS: [&str; 11] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff", "gif", "pgm", "ppm", "pnm", "pbm"];
    path.is_file()
        && path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| EXTENSIONS.contains(&e.to_ascii_lowercase().as_str()))
}

/// The images directly in a folder, as [`sorted_entries`].
pub(super) fn images_in(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let mut entries = sorted_entries(folder)?;
    entries.retain(|(_, path)| has_image_name(path));
    Ok(entries)
}

/// The mask of an image in the folder `masks`: the same relative name or the bare stem, ending in `.png`.
pub(super) fn find_mask(masks: &Path, name: &str) -> Option<PathBuf> {
    let relative = Path::new(name).with_extension("png");
    let nested = masks.join(&relative);
    if nested.is_file() {
        return Some(nested);
    }
    Some(masks.join(relative.file_name()?)).filter(|flat| flat.is_file())
}

/// A label file's text, without the byte order mark that some editors put first.
pub(super) fn read_text(path: &Path) -> Result<String, DataError> {
    let bytes = std::fs::read(path).map_err(FileError::of("read", path))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_string(),
            None => text,
        }),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count();
            Err(DataError::NotUtf8 { path: path.to_path_buf(), line })
        }
    }
}
