//! PASCAL VOC as its owners ship it, with the splits of the paper (section 4.1).
//!
//! `JPEGImages/`; `ImageSets/Main/CLASS_{train,val,trainval,test}.txt`, a line an image with 1 (shows the class), 0 (only
//! such objects as are difficult) or -1; `ImageSets/Segmentation/{train,val,trainval}.txt`; `SegmentationClass/`.
//!
//! | split | images | of VOC 2012 |
//! |---|---|---|
//! | test | all of `Segmentation/val.txt`, and those of `CLASS_test.txt` | 1,449 |
//! | none | the others of the segmentation's lists | 1,464 |
//! | none | with a class listed as 0, in the paper "ambiguous", and not in test | 802 |
//! | train, val | what is left of the class lists, drawn 80 : 20 by seed, whichever list it is in | 8,465 |
//!
//! That is 11,540 images of the class lists, less 2,273 that are in the segmentation's lists as well, less 802. In test,
//! whose masks outline difficult objects too, a class listed as 0 counts as present. Images of the segmentation that are in
//! no class list (640 of VOC 2012) have their classes from `Annotations/IMAGE.xml`.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::path::{Path, PathBuf};

use super::listing::{Entry, Listing, find_mask, read_text, sorted_entries};
use super::split::Shares;
use super::{DataError, Split};

/// Train and validation 80 : 20, as in the paper; a test split, where no list gives one, a fifth as of other data sets.
const SHARES: Shares = Shares { train: 0.64, val: 0.16, test: 0.2 };

/// Whether the folder looks like VOC.
pub(super) fn recognises(root: &Path) -> bool {
    root.join("JPEGImages").is_dir() && root.join("ImageSets/Main").is_dir()
}

/// What VOC says about one image.
struct Listed {
    present: Vec<String>,
    difficult: Vec<String>,
    in_test: bool,
    /// Where it is first listed, for errors.
    list: PathBuf,
    /// Line there, from 1.
    line: u64,
}

impl Listed {
    fn new(list: &Path, line: u64) -> Self {
        Self { present: Vec::new(), difficult: Vec::new(), in_test: false, list: list.to_path_buf(), line }
    }
}

/// Reads the layout; masks are looked for in `masks`.
pub(super) fn read(root: &Path, masks: &Path) -> Result<Listing, DataError> {
    let lists = root.join("ImageSets/Main");
    let (mut listed, classes) = class_lists(&lists)?;
    let segmentation = |list: &str| segmentation_list(&root.join("ImageSets/Segmentation").join(list));
    let mut left_out = segmentation("train.txt")?;
    left_out.append(&mut segmentation("trainval.txt")?);
    for (image, (list, line)) in segmentation("val.txt")? {
        left_out.remove(&image);
        let entry = match listed.entry(image) {
            btree_map::Entry::Occupied(entry) => entry.into_mut(),
            btree_map::Entry::Vacant(entry) => {
                let annotation = root.join("Annotations").join(format!("{}.xml", entry.key()));
                if !annotation.is_file() {
                    return Err(DataError::MissingAnnotation { path: list, line, annotation });
                }
                let present = annotated_classes(annotation, &classes)?;
                entry.insert(Listed { present, ..Listed::new(&list, line) })
            }
        };
        entry.in_test = true;
    }
    listed.retain(|image, listed| !left_out.contains_key(image) && (listed.in_test || listed.difficult.is_empty()));

    let mut entries = Vec::new();
    for (image, mut listed) in listed {
        listed.present.append(&mut listed.difficult);
        let name = format!("{image}.jpg");
        let path = root.join("JPEGImages").join(&name);
        if !path.is_file() {
            return Err(DataError::MissingImage { path: listed.list, line: listed.line, image: path });
        }
        entries.push(Entry {
            mask: find_mask(masks, &name),
            name,
            path,
            labels: listed.present,
            split: listed.in_test.then_some(Split::Test),
            group: None,
            line: listed.line,
        });
    }
    // VOC numbers its classes alphabetically, from 1; 0 is the background.
    let declared = std::iter::once("background".to_string()).chain(classes).collect();
    Ok(Listing { entries, declared_classes: Some(declared), label_file: lists, shares: SHARES })
}

/// All images of the class lists by name, and the classes.
fn class_lists(lists: &Path) -> Result<(BTreeMap<String, Listed>, BTreeSet<String>), DataError> {
    let mut listed: BTreeMap<String, Listed> = BTreeMap::new();
    let mut classes = BTreeSet::new();
    for (file, path) in sorted_entries(lists)? {
        // `train.txt` and the like only repeat what the class lists say.
        let Some((class, list)) = file.strip_suffix(".txt").and_then(|stem| stem.rsplit_once('_')) else { continue };
        if !["train", "val", "trainval", "test"].contains(&list) {
            continue;
        }
        classes.insert(class.to_string());
        for (index, text) in read_text(&path)?.lines().enumerate() {
            let line = index as u64 + 1;
            let mut words = text.split_whitespace();
            let Some(image) = words.next() else { continue };
            let entry = listed.entry(image.to_string()).or_insert_with(|| Listed::new(&path, line));
            entry.in_test |= list == "test";
            match words.next() {
                Some("1") => entry.present.push(class.to_string()),
                Some("0") => entry.difficult.push(class.to_string()),
                Some("-1") => {}
                _ => {
                    let expected = "an image's name and 1, 0 or -1";
                    return Err(DataError::BadLine { path, line, found: text.to_string(), expected });
                }
            }
        }
    }
    Ok((listed, classes))
}

/// The images of a list of the segmentation task, each with the list and its line; none where there is no such list.
fn segmentation_list(path: &Path) -> Result<BTreeMap<String, (PathBuf, u64)>, DataError> {
    if !path.is_file() {
        return Ok(BTreeMap::new());
    }
    let text = read_text(path)?;
    let named = text.lines().zip(1..).filter(|(text, _)| !text.trim().is_empty());
    Ok(named.map(|(text, line)| (text.trim().to_string(), (path.to_path_buf(), line))).collect())
}

/// The classes of the objects that an annotation names.
fn annotated_classes(path: PathBuf, classes: &BTreeSet<String>) -> Result<Vec<String>, DataError> {
    let text = read_text(&path)?;
    let bad = |line: u32, found: &str, expected| DataError::BadLine {
        path: path.clone(),
        line: line.into(),
        found: found.to_string(),
        expected,
    };
    let document = roxmltree::Document::parse(&text)
        .map_err(|error| bad(error.pos().row, &error.to_string(), "an annotation in XML"))?;
    let objects = document.root_element().children().filter(|node| node.has_tag_name("object"));
    // A part of an object, such as a head, has a name too, deeper down.
    let names = objects.flat_map(|object| object.children().filter(|node| node.has_tag_name("name")));
    names
        .map(|name| {
            let class = name.text().unwrap_or_default().trim();
            if classes.contains(class) {
                return Ok(class.to_string());
            }
            let line = document.text_pos_at(name.range().start).row;
            Err(bad(line, class, "a class that ImageSets/Main has lists of"))
        })
        .collect()
}
