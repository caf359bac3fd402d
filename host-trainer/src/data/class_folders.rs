//! A folder a class: `normal/`, `tumour/`, …, optionally under `train/`, `val/` and `test/`.

use std::path::{Path, PathBuf};

use super::listing::{Entry, Listing, find_mask, images_in, sorted_entries};
use super::split::Shares;
use super::{DataError, Split};

/// Folders beside the classes that are not classes.
const NOT_A_CLASS: [&str; 2] = ["masks", "images"];

/// Reads the layout; `None` where the folder has no class folders.
///
/// Masks are looked for in `masks`, under the image's relative name or its bare stem; it is no class.
pub(super) fn read(root: &Path, masks: &Path) -> Result<Option<Listing>, DataError> {
    let mut folders = subfolders(root)?;
    folders.retain(|(_, path)| path != masks);
    let split_folders: Vec<(Split, &str, &Path)> =
        folders.iter().filter_map(|(name, path)| Some((split_of(name)?, name.as_str(), path.as_path()))).collect();

    let mut entries = Vec::new();
    if split_folders.is_empty() {
        read_classes(masks, &folders, "", None, &mut entries)?;
    } else {
        for (split, name, path) in split_folders {
            read_classes(masks, &subfolders(path)?, &format!("{name}/"), Some(split), &mut entries)?;
        }
    }
    // The folder itself stands in for a label file: nothing names a line in it.
    Ok((!entries.is_empty()).then(|| Listing {
        entries,
        declared_classes: None,
        label_file: root.to_path_buf(),
        shares: Shares::default(),
    }))
}

fn read_classes(
    masks: &Path,
    folders: &[(String, PathBuf)],
    prefix: &str,
    split: Option<Split>,
    entries: &mut Vec<Entry>,
) -> Result<(), DataError> {
    for (class, folder) in folders {
        let images = images_in(folder)?;
        if images.is_empty() {
            return Err(DataError::EmptyClassFolder { class: class.clone(), path: folder.clone() });
        }
        for (file, path) in images {
            let name = format!("{prefix}{class}/{file}");
            let mask = find_mask(masks, &name);
            entries.push(Entry { name, path, labels: vec![class.clone()], split, group: None, mask, line: 0 });
        }
    }
    Ok(())
}

fn subfolders(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let mut entries = sorted_entries(folder)?;
    entries.retain(|(name, path)| path.is_dir() && !NOT_A_CLASS.contains(&name.as_str()));
    Ok(entries)
}

/// The split that a folder's name means; the spellings that other tools write are understood.
fn split_of(folder: &str) -> Option<Split> {
    match folder.to_lowercase().as_str() {
        "train" | "training" => Some(Split::Train),
        "val" | "valid" | "validation" => Some(Split::Val),
        "test" | "testing" => Some(Split::Test),
        _ => None,
    }
}
