//! PASCAL VOC: `JPEGImages/`, `ImageSets/Main/CLASS_{train,val,test}.txt`, `SegmentationClass/` (paper, section 4.1).
//!
//! Labels are VOC's own image labels. The images that have a mask and belong to the segmentation's validation list are
//! the test split (Table 4 reports on them), wherever else they are listed; of the rest `train` and `val` are as listed.
//! An image in which a class is listed as difficult (0) is left out of train and val, as in the paper; in test, whose
//! masks outline difficult objects too, the class counts as present.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::listing::{Entry, Listing, read_text, sorted_entries};
use super::{DataError, Split};

/// Whether the folder looks like VOC.
pub(super) fn recognises(root: &Path) -> bool {
    root.join("JPEGImages").is_dir() && root.join("ImageSets/Main").is_dir()
}

/// What the class lists say about one image.
struct Listed {
    split: Split,
    present: Vec<String>,
    difficult: Vec<String>,
    line: u64,
}

/// Reads the layout.
pub(super) fn read(root: &Path) -> Result<Listing, DataError> {
    let lists = root.join("ImageSets/Main");
    let mut listed: BTreeMap<String, Listed> = BTreeMap::new();
    let mut classes = BTreeSet::new();
    for (file, path) in sorted_entries(&lists)? {
        // `train.txt` and the like only repeat what the class lists say; `CLASS_trainval.txt` too.
        let Some((class, split)) = file.strip_suffix(".txt").and_then(|stem| stem.rsplit_once('_')) else { continue };
        let Ok(split) = split.parse::<Split>() else { continue };
        classes.insert(class.to_string());
        for (index, text) in read_text(&path)?.lines().enumerate() {
            let line = index as u64 + 1;
            let mut words = text.split_whitespace();
            let Some(image) = words.next() else { continue };
            let entry = listed.entry(image.to_string()).or_insert_with(|| Listed {
                split,
                present: Vec::new(),
                difficult: Vec::new(),
                line,
            });
            match words.next() {
                Some("1") => entry.present.push(class.to_string()),
                Some("0") => entry.difficult.push(class.to_string()),
                Some("-1") => {}
                _ => {
                    return Err(DataError::BadLine {
                        path,
                        line,
                        found: text.to_string(),
                        expected: "an image's name and 1, 0 or -1",
                    });
                }
            }
        }
    }

    let held_out = segmentation_list(root)?;
    let mut entries = Vec::new();
    for (image, mut listed) in listed {
        if held_out.contains(&image) {
            listed.split = Split::Test;
        }
        if listed.split == Split::Test {
            listed.present.append(&mut listed.difficult);
        } else if !listed.difficult.is_empty() {
            continue;
        }
        let name = format!("{image}.jpg");
        let path = root.join("JPEGImages").join(&name);
        if !path.is_file() {
            return Err(DataError::MissingImage { path: lists, line: listed.line, image: path });
        }
        let mask = Some(root.join("SegmentationClass").join(format!("{image}.png"))).filter(|mask| mask.is_file());
        entries.push(Entry {
            name,
            path,
            labels: listed.present,
            split: Some(listed.split),
            group: None,
            mask,
            line: listed.line,
        });
    }
    // VOC numbers its classes alphabetically, from 1; 0 is the background.
    let declared = std::iter::once("background".to_string()).chain(classes).collect();
    Ok(Listing { entries, declared_classes: Some(declared), label_file: lists })
}

/// The images of the segmentation task's validation list, none where there is no such list.
fn segmentation_list(root: &Path) -> Result<BTreeSet<String>, DataError> {
    let path = root.join("ImageSets/Segmentation/val.txt");
    if !path.is_file() {
        return Ok(BTreeSet::new());
    }
    Ok(read_text(&path)?.split_whitespace().map(str::to_string).collect())
}
