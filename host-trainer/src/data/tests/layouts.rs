//! Each layout, and what can be wrong with it.

use std::path::Path;

use super::super::{DataError, DataSet, OpenOptions, Split, Task};
use super::{folder, open, pictures};

const SIX: [&str; 6] = ["images/a.png", "images/b.png", "images/c.png", "images/d.png", "images/e.png", "images/f.png"];

const LINES: &str =
    "a.png,free,train\nb.png,crack,train\nc.png,free,val\nd.png,crack,val\ne.png,free,test\nf.png,crack,test\n";

/// The six pictures with a labels.csv.
fn with_csv(csv: &str) -> tempfile::TempDir {
    let folder = folder(&pictures(SIX));
    std::fs::write(folder.path().join("labels.csv"), csv).expect("labels.csv");
    folder
}

fn labels(data: &DataSet) -> Vec<&[usize]> {
    data.samples.iter().map(|sample| sample.labels.as_slice()).collect()
}

#[test]
fn a_csv_reads_the_same_however_a_spreadsheet_saved_it() {
    let plain = format!("file,labels,split\n{LINES}");
    let semicolons = plain.replace(',', ";");
    let tabs = plain.replace(',', "\t");
    let crlf_bom = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let spaced = plain.replace(',', " , ");
    let quoted = plain.replace("a.png", "\"a.png\"");
    let capitals = plain.replace("file,labels,split", "File,Labels,Split");
    for csv in [plain, semicolons, tabs, crlf_bom, spaced, quoted, capitals] {
        let data = open(&with_csv(&csv)).unwrap_or_else(|error| panic!("{error} in {csv:?}"));
        assert_eq!(data.task, Task::Binary);
        // `free` means "nothing there", so it comes first although `crack` does in the alphabet.
        assert_eq!(data.classes, ["free", "crack"]);
        assert_eq!(labels(&data), [[0], [1], [0], [1], [0], [1]]);
        assert_eq!(Split::ALL.map(|split| data.split(split).count()), [2, 2, 2]);
        assert_eq!(data.samples[1].name, "b.png");
        assert!(data.is_positive(&data.samples[1]) && !data.is_positive(&data.samples[0]));
    }
}

#[test]
fn columns_stand_in_any_order_and_masks_are_found_by_stem() {
    let csv =
        "group,split,labels,file\np1,train,free,a.png\np2,train,crack,b.png\n,val,free,c.png\np3,test,crack,d.png\n";
    let folder = with_csv(csv);
    std::fs::create_dir(folder.path().join("masks")).unwrap();
    image::GrayImage::new(3, 2).save(folder.path().join("masks/b.png")).unwrap();
    let data = open(&folder).unwrap();
    assert_eq!(data.samples[0].group.as_deref(), Some("p1"));
    assert_eq!(data.samples[2].group, None);
    assert_eq!(
        data.samples.iter().map(|sample| sample.mask.is_some()).collect::<Vec<_>>(),
        [false, true, false, false]
    );
}

#[test]
fn without_a_folder_of_images_files_are_relative_to_the_data_set() {
    let folder = folder(&[
        ("x/a.png", ""),
        ("b.png", ""),
        ("c.png", ""),
        ("d.png", ""),
        ("labels.csv", "file,labels,split\nx/a.png,ok,train\nb.png,bad,train\nc.png,ok,val\nd.png,bad,test\n"),
    ]);
    assert_eq!(open(&folder).unwrap().samples[0].path, folder.path().join("x/a.png"));
}

#[test]
fn several_labels_make_a_multi_label_set_with_a_background() {
    let csv = "file,labels,split\na.png,dog cat cat,train\nb.png,,train\nc.png,background,val\nd.png,dog,test\n";
    let data = open(&with_csv(csv)).unwrap();
    assert_eq!(data.task, Task::MultiLabel);
    assert_eq!(data.classes, ["background", "cat", "dog"]);
    assert_eq!(labels(&data), [&[1, 2][..], &[], &[], &[2]]);
    assert!(data.is_positive(&data.samples[0]) && !data.is_positive(&data.samples[1]));

    let folder = with_csv(csv);
    std::fs::write(folder.path().join("classes.txt"), "background\r\ndog\r\ncat\r\n").unwrap();
    assert_eq!(open(&folder).unwrap().classes, ["background", "dog", "cat"]);
    std::fs::write(folder.path().join("classes.txt"), "background\ndog\n").unwrap();
    assert!(matches!(open(&folder), Err(DataError::UnknownLabel { line: 2, found, .. }) if found == "cat"));
    std::fs::write(folder.path().join("classes.txt"), "background\n\ndog\ncat\n").unwrap();
    assert!(matches!(open(&folder), Err(DataError::BadLine { line: 3, .. })));
}

/// Each bad labels.csv, and what its error must say.
#[test]
fn a_bad_csv_is_refused_by_file_line_and_name() {
    let cases = [
        ("file,labels,splitt\na.png,free,train\n", "labels.csv:1: found an unknown column `splitt`"),
        ("file,split\na.png,train\n", "labels.csv:1: found no column `labels` in `file,split`"),
        ("", "labels.csv:1: found no column `file`"),
        ("file,labels,labels\na.png,x,y\n", "labels.csv:1: found the column `labels` twice"),
        ("file,labels\na.png,free\nz.png,crack\n", "labels.csv:3: found no image"),
        ("file,labels\na.png,free\nb.png,crack\na.png,free\n", "labels.csv:4: found `a.png` again (first in line 2)"),
        ("file,labels,split\na.png,free,train\nb.png,crack,dev\n", "labels.csv:3: found the split `dev`"),
        ("file,labels,split\na.png,free,train\nb.png,crack,\n", "labels.csv:3: found the split ``"),
        ("file,labels\na.png,free\nb.png\n", "labels.csv:3: found 1 cells, expected 2"),
        ("file,labels\n,free\n", "labels.csv:2: found ``, expected a file name"),
        ("file,labels\n", "found no images"),
    ];
    for (csv, expected) in cases {
        let error = open(&with_csv(csv)).expect_err(csv).to_string();
        assert!(error.contains(expected), "{csv:?}: {error}");
    }
    let folder = with_csv("");
    std::fs::write(folder.path().join("labels.csv"), b"file,labels\na.png,free\nb.png,d\xe9faut\n").unwrap();
    assert!(matches!(open(&folder), Err(DataError::NotUtf8 { line: 3, .. })));
}

#[test]
fn a_class_without_training_images_and_an_empty_split_are_refused() {
    let csv = "file,labels,split\na.png,free,train\nb.png,free,train\nc.png,free,val\nd.png,crack,test\n";
    assert!(matches!(open(&with_csv(csv)), Err(DataError::ClassWithoutTrainImages { class }) if class == "crack"));
    let csv = "file,labels\na.png,free\nb.png,crack\n";
    assert!(matches!(open(&with_csv(csv)), Err(DataError::EmptySplit { split: Split::Val, images: 2 })));
    let csv = "file,labels\na.png,crack\nb.png,crack\n";
    assert!(matches!(open(&with_csv(csv)), Err(DataError::OneClass { class, .. }) if class == "crack"));
}

#[test]
fn the_negative_class_is_asked_for_where_names_do_not_tell() {
    let folder = with_csv(&format!("file,labels,split\n{}", LINES.replace("free", "apple").replace("crack", "banana")));
    assert!(matches!(open(&folder), Err(DataError::UnknownNegative { .. })));
    let asked = |class: &str| {
        DataSet::open(folder.path(), &OpenOptions { negative: Some(class.to_string()), ..OpenOptions::default() })
    };
    assert_eq!(asked("banana").unwrap().classes, ["banana", "apple"]);
    assert_eq!(asked("apple").unwrap().classes, ["apple", "banana"]);
    assert!(matches!(asked("pear"), Err(DataError::NoSuchNegative { .. })));
}

#[test]
fn a_folder_a_class_with_and_without_splits() {
    let flat =
        folder(&pictures(["normal/1.png", "tumour/1.png", "normal/2.jpg", "tumour/2.png", "masks/tumour/1.png"]));
    // Four images cannot fill three splits: the layout was read, the draw came out empty.
    assert!(matches!(open(&flat), Err(DataError::EmptySplit { images: 4, .. })));

    let split = folder(&pictures([
        "train/normal/1.png",
        "train/tumour/1.png",
        "valid/normal/2.png",
        "test/tumour/3.png",
        "masks/test/tumour/3.png",
    ]));
    let data = open(&split).unwrap();
    assert_eq!((data.task, data.classes.as_slice()), (Task::Binary, &["normal".to_string(), "tumour".to_string()][..]));
    assert_eq!(Split::ALL.map(|s| data.split(s).count()), [2, 1, 1]);
    let test = data.split(Split::Test).next().unwrap();
    assert_eq!(test.name, "test/tumour/3.png");
    assert_eq!(test.mask.as_deref(), Some(split.path().join("masks/test/tumour/3.png").as_path()));

    let empty = folder(&[("normal/1.png", ""), ("tumour/notes.txt", "none yet")]);
    assert!(matches!(open(&empty), Err(DataError::EmptyClassFolder { class, .. }) if class == "tumour"));
}

#[test]
fn folders_without_images_or_labels_are_refused() {
    assert!(matches!(open(&folder(&[])), Err(DataError::NoImages { .. })));
    assert!(matches!(open(&folder(&[("readme.txt", "hello")])), Err(DataError::NoImages { .. })));
    let unlabelled = folder(&pictures(["images/a.png", "images/b.png"]));
    assert!(matches!(open(&unlabelled), Err(DataError::NoLabels { images: 2, .. })));
    let file = folder(&[("labels", "")]);
    let error = DataSet::open(&file.path().join("labels"), &OpenOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::NotAFolder { .. }));
    let error = DataSet::open(&file.path().join("absent"), &OpenOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::NotAFolder { .. }));
}

#[test]
fn masks_lie_where_they_are_said_to_in_every_layout() {
    let beside = folder(&pictures(["b.png", "train/tumour/1.png"]));
    let with_masks = |root: &tempfile::TempDir, masks: &Path| {
        let options = OpenOptions { masks: Some(masks.to_path_buf()), ..OpenOptions::default() };
        DataSet::open(root.path(), &options)
    };
    let masks_of = |data: DataSet| data.samples.into_iter().filter_map(|sample| sample.mask).collect::<Vec<_>>();
    let listed = with_csv(&format!("file,labels,split\n{LINES}"));
    assert_eq!(masks_of(with_masks(&listed, beside.path()).unwrap()), [beside.path().join("b.png")]);

    let classes = ["train/normal/1.png", "train/tumour/1.png", "val/normal/2.png", "test/tumour/3.png"];
    let foldered = folder(&pictures(classes));
    assert_eq!(masks_of(with_masks(&foldered, beside.path()).unwrap()), [beside.path().join("train/tumour/1.png")]);

    // A folder of masks among the classes is none of them.
    let names: Vec<String> = (0..40).map(|i| format!("{}/{i}.png", ["normal", "tumour"][i % 2])).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    files.push(("lesions/1.png", ""));
    let flat = folder(&files);
    let data = with_masks(&flat, &flat.path().join("lesions")).unwrap();
    assert_eq!(data.classes, ["normal", "tumour"]);
    assert_eq!(masks_of(data), [flat.path().join("lesions/1.png")]);

    let error = with_masks(&listed, &listed.path().join("absent")).unwrap_err().to_string();
    assert_eq!(error, format!("masks {}: not a folder", listed.path().join("absent").display()));
}
