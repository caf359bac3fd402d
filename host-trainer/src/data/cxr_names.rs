//! The Montgomery and Shenzhen chest X-ray sets (paper, section 4.1): the label is the end of the file's name, `_0.png`
//! for a normal and `_1.png` for an abnormal film.

use std::path::Path;

use super::DataError;
use super::listing::{Entry, Listing, find_mask, images_in};
use super::split::Shares;

/// Folders in which the published archives keep their films; `.` for the data set itself.
const FOLDERS: [&str; 3] = ["CXR_png", "images", "."];

/// Reads the layout; `None` where not every image is named so.
///
/// Lesion masks are looked for in `masks`: the archives have none. Their own `ManualMask/` outlines lungs, and is not read.
pub(super) fn read(root: &Path, masks: &Path) -> Result<Option<Listing>, DataError> {
    let Some(folder) = FOLDERS.map(|name| root.join(name)).into_iter().find(|folder| folder.is_dir()) else {
        return Ok(None);
    };
    let mut entries = Vec::new();
    for (name, path) in images_in(&folder)? {
        let Some(label) = label_of(&name) else {
            return Ok(None);
        };
        let mask = find_mask(masks, &name);
        entries.push(Entry { name, path, labels: vec![label.to_string()], split: None, group: None, mask, line: 0 });
    }
    Ok((!entries.is_empty()).then_some(Listing {
        entries,
        declared_classes: None,
        label_file: folder,
        shares: Shares::default(),
    }))
}

fn label_of(name: &str) -> Option<&'static str> {
    if name.ends_with("_0.png") {
        Some("normal")
    } else if name.ends_with("_1.png") {
        Some("abnormal")
    } else {
        None
    }
}
