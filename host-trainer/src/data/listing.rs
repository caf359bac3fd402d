//! What a layout's reader hands on: files with label names, before classes are numbered and splits are drawn.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::image_file::{DICOM_MARK_END, is_dicom};
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

/// Whether a file's name says image, or has no ending (as archives of DICOM files have: `IM0001`, `1.2.840.10008.1`) while
/// its first bytes say DICOM. Else only listing goes by names; decoding goes by content.
pub(super) fn is_image(path: &Path) -> bool {
    const EXTENSIONS: [&str; 13] =
        ["png", "jpg", "jpeg", "bmp", "tif", "tiff", "gif", "pgm", "ppm", "pnm", "pbm", "dcm", "dicom"];
    path.is_file()
        && match ending(path) {
            Some(ending) => EXTENSIONS.contains(&ending.to_ascii_lowercase().as_str()),
            None => {
                let mut first = Vec::with_capacity(DICOM_MARK_END);
                let read = |file: File| file.take(DICOM_MARK_END as u64).read_to_end(&mut first);
                File::open(path).and_then(read).is_ok() && is_dicom(&first)
            }
        }
}

/// What a name ends in, if that is more than a number.
fn ending(path: &Path) -> Option<&str> {
    let extension = path.extension()?.to_str()?;
    (!extension.bytes().all(|byte| byte.is_ascii_digit())).then_some(extension)
}

/// The images directly in a folder, as [`sorted_entries`].
pub(super) fn images_in(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let mut entries = sorted_entries(folder)?;
    entries.retain(|(_, path)| is_image(path));
    Ok(entries)
}

/// The mask of an image in the folder `masks`: the same relative name or the bare stem, ending in `.png`.
pub(super) fn find_mask(masks: &Path, name: &str) -> Option<PathBuf> {
    let relative = match ending(Path::new(name)) {
        Some(_) => Path::new(name).with_extension("png"),
        None => PathBuf::from(format!("{name}.png")),
    };
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
