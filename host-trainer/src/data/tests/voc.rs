//! PASCAL VOC 2012 in miniature: every file where the owners put it, as they write it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use super::super::{DataError, DataSet, OpenOptions, Split, Task, load_image};
use super::open;
use crate::metrics::IGNORE;

const CLASSES: [&str; 20] = [
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
];

/// Ten images of each class, every other one in the list `val`.
const PLAIN: usize = 200;

/// Name, list of the classes' images, list of the segmentation, present and difficult class.
type Special = (&'static str, Option<&'static str>, Option<&'static str>, &'static str, Option<&'static str>);

const SPECIAL: [Special; 6] = [
    ("2007_000027", Some("train"), Some("train"), "person", None),
    ("2007_000032", None, Some("train"), "aeroplane", None),
    ("2007_000033", Some("train"), Some("val"), "aeroplane", Some("bird")),
    ("2007_000042", None, Some("val"), "train", None),
    ("2007_000061", Some("val"), Some("val"), "boat", None),
    ("2008_000099", Some("val"), None, "cat", Some("dog")),
];

/// Writes the whole layout.
fn voc(root: &Path) {
    for folder in ["JPEGImages", "Annotations", "SegmentationClass", "ImageSets/Main", "ImageSets/Segmentation"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let plain = (0..PLAIN).map(|i| {
        (format!("2008_{:06}", 1000 + i), Some(["train", "val"][i / CLASSES.len() % 2]), None, CLASSES[i % 20], None)
    });
    let special =
        SPECIAL.map(|(name, main, segmented, class, difficult)| (name.to_string(), main, segmented, class, difficult));
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (name, main, segmented, present, difficult) in plain.chain(special) {
        let in_lists = |list: Option<&str>| list.map_or(vec![], |list| vec![list.to_string(), "trainval".to_string()]);
        for list in in_lists(main) {
            *files.entry(format!("ImageSets/Main/{list}.txt")).or_default() += &format!("{name}\n");
            for class in CLASSES {
                let label = if class == present { 1 } else { i32::from(difficult == Some(class)) - 1 };
                *files.entry(format!("ImageSets/Main/{class}_{list}.txt")).or_default() +=
                    &format!("{name} {label:2}\n");
            }
        }
        for list in in_lists(segmented) {
            *files.entry(format!("ImageSets/Segmentation/{list}.txt")).or_default() += &format!("{name}\n");
        }
        let objects: String = [Some(present), difficult].into_iter().flatten().map(object).collect();
        let annotation = format!("<annotation>\n\t<filename>{name}.jpg</filename>\n{objects}</annotation>\n");
        files.insert(format!("Annotations/{name}.xml"), annotation);
        image::RgbImage::from_pixel(8, 6, image::Rgb([90, 120, 150]))
            .save(root.join(format!("JPEGImages/{name}.jpg")))
            .unwrap();
        if segmented.is_some() {
            let class = 1 + CLASSES.iter().position(|&class| class == present).unwrap() as u8;
            write_mask(&root.join(format!("SegmentationClass/{name}.png")), class);
        }
    }
    for (file, text) in files {
        fs::write(root.join(file), text).unwrap();
    }
}

fn object(class: &str) -> String {
    let part = "\t\t<part>\n\t\t\t<name>head</name>\n\t\t</part>\n";
    format!("\t<object>\n\t\t<name>{class}</name>\n\t\t<difficult>0</difficult>\n{part}\t</object>\n")
}

/// An 8x6 palette PNG in VOC's colours: background, a rectangle of `class`, and around it a border of 255.
fn write_mask(path: &Path, class: u8) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), 8, 6);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    // Bit b of an index, of its every third bits, is bit 7 - b of red, green and blue.
    let channel = |index: u32, first: u32| (0..8).map(|b| (index >> (3 * b + first) & 1) << (7 - b)).sum::<u32>() as u8;
    encoder.set_palette((0..256).flat_map(|index| [0, 1, 2].map(|first| channel(index, first))).collect::<Vec<u8>>());
    encoder.write_header().unwrap().write_image_data(&mask(class)).unwrap();
}

fn mask(class: u8) -> Vec<u8> {
    let rows = ["........", ".######.", ".#oooo#.", ".#oooo#.", ".######.", "........"];
    let value = |pixel| match pixel {
        b'o' => class,
        b'#' => IGNORE,
        _ => 0,
    };
    rows.concat().bytes().map(value).collect()
}

fn miniature() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    voc(folder.path());
    folder
}

fn splits(data: &DataSet) -> BTreeMap<&str, Split> {
    data.samples.iter().map(|sample| (sample.name.as_str(), sample.split)).collect()
}

#[test]
fn the_segmentation_is_taken_out_of_training_and_its_val_list_is_the_test_split() {
    let folder = miniature();
    let data = open(&folder).unwrap();
    assert_eq!(data.task, Task::MultiLabel);
    assert_eq!(
        (data.classes.len(), data.classes[0].as_str(), data.classes[20].as_str()),
        (21, "background", "tvmonitor")
    );
    assert_eq!(data.samples.len(), PLAIN + 3);
    let test: Vec<_> = data.split(Split::Test).map(|s| (s.name.as_str(), s.labels.as_slice())).collect();
    // The bird is difficult and counts in test; 000042 is in no class list, and its annotation names a train.
    assert_eq!(test, [("2007_000033.jpg", &[1, 3][..]), ("2007_000042.jpg", &[19]), ("2007_000061.jpg", &[4])]);
    for gone in ["2007_000027.jpg", "2007_000032.jpg", "2008_000099.jpg"] {
        assert!(!splits(&data).contains_key(gone), "{gone}");
    }
}

#[test]
fn the_rest_is_drawn_80_to_20_out_of_both_lists_by_seed() {
    let folder = miniature();
    let data = open(&folder).unwrap();
    assert_eq!(Split::ALL.map(|split| data.split(split).count()), [160, 40, 3]);
    for class in 1..=20 {
        let of_class = |split| data.split(split).filter(|sample| sample.labels == [class]).count();
        assert_eq!((of_class(Split::Train), of_class(Split::Val)), (8, 2), "class {class}");
    }
    let listed_val = fs::read_to_string(folder.path().join("ImageSets/Main/val.txt")).unwrap();
    let from_val = data.split(Split::Train).filter(|s| listed_val.contains(s.name.trim_end_matches(".jpg"))).count();
    assert!((50..110).contains(&from_val), "{from_val} of 160");
    let again = DataSet::open(folder.path(), &OpenOptions { seed: 1, ..OpenOptions::default() }).unwrap();
    assert_ne!(splits(&data), splits(&again));
}

#[test]
fn masks_are_palette_indices_with_a_border_to_ignore() {
    let folder = miniature();
    let data = open(&folder).unwrap();
    for sample in data.split(Split::Test) {
        let image = load_image(&sample.path, 3).unwrap();
        let found = data.mask(sample).unwrap().unwrap();
        assert_eq!((found.width, found.height), (image.width, image.height));
        assert_eq!(found.classes, mask(sample.labels[0] as u8), "{}", sample.name);
    }
}

#[test]
fn lists_of_both_together_or_of_a_test_split_are_read_as_well() {
    let folder = miniature();
    let lists = folder.path().join("ImageSets/Main");
    for class in CLASSES {
        for list in ["train", "val"] {
            fs::remove_file(lists.join(format!("{class}_{list}.txt"))).unwrap();
        }
    }
    assert_eq!(open(&folder).unwrap().samples.len(), PLAIN + 3);
    // As in VOC 2007: test lists of their own, and no segmentation.
    fs::remove_dir_all(folder.path().join("ImageSets/Segmentation")).unwrap();
    fs::write(lists.join("dog_test.txt"), "2008_001000  1\n2008_001001  0\n").unwrap();
    let data = open(&folder).unwrap();
    let test: Vec<_> = data.split(Split::Test).map(|s| (s.name.as_str(), s.labels.as_slice())).collect();
    assert_eq!(test, [("2008_001000.jpg", &[1, 12][..]), ("2008_001001.jpg", &[2, 12])]);
    // Without either, a fifth is drawn for the test.
    fs::remove_file(lists.join("dog_test.txt")).unwrap();
    let counts = Split::ALL.map(|split| open(&folder).unwrap().split(split).count());
    // Of ten images of a class six, two and two; 027 and 061 are with the others of their classes.
    assert_eq!(counts, [PLAIN / 10 * 6 + 2, PLAIN / 10 * 2, PLAIN / 10 * 2]);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let refused = |file: &str, text: Option<&str>| {
        let folder = miniature();
        let path = folder.path().join(file);
        match text {
            Some(text) => fs::write(path, text).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        open(&folder).unwrap_err()
    };
    let error = refused("ImageSets/Main/dog_val.txt", Some("2008_001000 yes\n"));
    assert!(matches!(error, DataError::BadLine { line: 1, .. }), "{error}");
    let error = refused("JPEGImages/2008_001001.jpg", None);
    assert!(
        matches!(&error, DataError::MissingImage { line: 2, path, .. } if path.ends_with("aeroplane_train.txt")),
        "{error}"
    );
    let error = refused("Annotations/2007_000042.xml", None);
    assert!(matches!(error, DataError::MissingAnnotation { line: 2, .. }), "{error}");
    let error = refused("Annotations/2007_000042.xml", Some("<annotation>\n<object>\n"));
    assert!(matches!(error, DataError::BadLine { .. }), "{error}");
    let objects = format!("<annotation>\n{}</annotation>", object("unicorn"));
    let error = refused("Annotations/2007_000042.xml", Some(&objects)).to_string();
    assert!(
        error.ends_with("042.xml:3: found `unicorn`, expected a class that ImageSets/Main has lists of"),
        "{error}"
    );
}
