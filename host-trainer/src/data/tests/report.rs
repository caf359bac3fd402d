//! The data report on sets in which something is wrong.

use std::path::Path;

use image::{GrayImage, ImageBuffer, Luma, imageops};

use super::super::report::{DataReport, MissingClass, SplitCounts, TornGroup};
use super::super::{DataError, DataSet, OpenOptions, Split};

/// A picture of its own for every number: blocks of pseudo-random levels.
fn picture(number: u32) -> GrayImage {
    let blocks = GrayImage::from_fn(8, 8, |x, y| {
        let mixed = (x + 8 * y + 64 * number).wrapping_mul(0x9e37_79b9);
        Luma([(mixed >> 13) as u8])
    });
    imageops::resize(&blocks, 48, 40, imageops::FilterType::Triangle)
}

/// A data set of the given `labels.csv` lines; an image is drawn for each, by its line's number.
fn data_set(folder: &Path, lines: &[&str]) -> DataSet {
    for (number, line) in lines.iter().enumerate() {
        let name = line.split(',').next().unwrap();
        picture(number as u32).save(folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("labels.csv"), format!("file,labels,split,group\n{}\n", lines.join("\n"))).unwrap();
    DataSet::open(folder, &OpenOptions::default()).unwrap()
}

const LINES: [&str; 6] = [
    "a.png,normal,train,p1",
    "b.png,lesion,train,p2",
    "c.png,normal,val,p3",
    "d.png,lesion,val,p4",
    "e.png,normal,test,p1",
    "f.png,normal,test,",
];

fn survey(data: &DataSet) -> DataReport {
    DataReport::survey(data, || {})
}

#[test]
fn counts_sizes_and_torn_groups() {
    let folder = tempfile::tempdir().unwrap();
    let report = survey(&data_set(folder.path(), &LINES));
    assert_eq!(report.images, SplitCounts { train: 2, val: 2, test: 2 });
    let lesions = &report.classes[1];
    assert_eq!((lesions.name.as_str(), lesions.images), ("lesion", SplitCounts { train: 1, val: 1, test: 0 }));
    assert_eq!(report.missing_classes, [MissingClass { class: "lesion".into(), split: Split::Test }]);
    let torn = TornGroup { name: "p1".into(), images: SplitCounts { train: 1, val: 0, test: 1 } };
    assert_eq!((report.torn_groups.count, report.torn_groups.first.as_slice()), (1, [torn].as_slice()));
    let sizes = report.sizes.unwrap();
    assert_eq!((sizes.width, sizes.height), ([48, 48], [40, 40]));
    assert_eq!((report.near_duplicates.count, report.grey.constant.count, report.grey.narrow), (0, 0, 0));
    assert_eq!(serde_json::from_str::<DataReport>(&serde_json::to_string(&report).unwrap()).unwrap(), report);
    assert_eq!(
        report.warnings(),
        ["class lesion: no image in the test split", "1 groups torn apart by the split: p1 (1 train, 0 val, 1 test)"]
    );
}

#[test]
fn a_resized_and_compressed_copy_in_another_split_is_found_and_a_mirrored_one_is_another_image() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), &LINES);
    let copy = imageops::resize(&picture(1), 65, 50, imageops::FilterType::Triangle);
    copy.save_with_format(folder.path().join("e.png"), image::ImageFormat::Jpeg).unwrap();
    imageops::flip_horizontal(&picture(0)).save(folder.path().join("f.png")).unwrap();
    // A copy in the same split is no leak.
    picture(2).save(folder.path().join("d.png")).unwrap();
    let found = survey(&data).near_duplicates;
    assert_eq!(found.count, 1, "{found:?}");
    assert_eq!(found.first[0].names, ["b.png", "e.png"].map(str::to_owned));
    assert_eq!(found.first[0].splits, [Split::Train, Split::Test]);
}

#[test]
fn all_pairs_are_counted_and_ten_shown() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), &LINES);
    for sample in &data.samples {
        picture(0).save(&sample.path).unwrap();
    }
    let report = survey(&data);
    // Two images in each of three splits: 3 pairs of splits, 4 pairs each.
    assert_eq!((report.near_duplicates.count, report.near_duplicates.first.len()), (12, 12));
    let shown = report.warnings().iter().find(|warning| warning.starts_with("12 pairs")).unwrap().clone();
    assert_eq!((shown.matches(" and ").count(), shown.ends_with("; …")), (10, true), "{shown}");
}

#[test]
fn where_all_images_look_alike_not_all_pairs_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = vec!["a.png,normal,train,".to_owned(), "b.png,lesion,train,".to_owned()];
    lines.push("c.png,normal,val,".into());
    lines.extend((0..40).map(|i| format!("t{i}.png,lesion,test,")));
    let data = data_set(folder.path(), &lines.iter().map(String::as_str).collect::<Vec<_>>());
    for sample in &data.samples {
        picture(0).save(&sample.path).unwrap();
    }
    let found = survey(&data).near_duplicates;
    assert_eq!(found.count, 2 + 3 * 16);
    assert!(found.first.iter().all(|pair| pair.correlation == 1.0), "{:?}", found.first);
}

#[test]
fn constant_and_narrow_images_are_named_and_are_no_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), &LINES);
    for name in ["a.png", "c.png"] {
        GrayImage::from_pixel(48, 40, Luma([9])).save(folder.path().join(name)).unwrap();
    }
    GrayImage::from_fn(48, 40, |x, _| Luma([100 + (x % 8) as u8])).save(folder.path().join("b.png")).unwrap();
    let report = survey(&data);
    assert_eq!(report.grey.constant.first, ["a.png", "c.png"]);
    assert_eq!((report.grey.narrow, report.grey.narrow_share), (3, 0.5));
    assert_eq!(report.near_duplicates.count, 0);
}

#[test]
fn twelve_bits_stored_in_sixteen_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), &LINES);
    let deep = |name: &str, white: u16| {
        let levels = (0..48 * 40).map(|i| (u32::from(white) * (i * 7919 % 1001) / 1000) as u16).collect();
        let image: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_raw(48, 40, levels).unwrap();
        image.save(folder.path().join(name)).unwrap();
    };
    deep("a.png", 4095);
    deep("c.png", 5000);
    deep("d.png", 65535);
    GrayImage::from_pixel(48, 40, Luma([9])).save(folder.path().join("e.png")).unwrap();
    let report = survey(&data);
    assert_eq!((report.grey.faint.first.as_slice(), report.grey.narrow), (["a.png".to_owned()].as_slice(), 3));
    let warning =
        "1 images use no more than a sixteenth of their format's grey levels, as 12 bits stored in 16 do: a.png";
    assert!(report.warnings().contains(&warning.to_owned()), "{:?}", report.warnings());
}

#[test]
fn every_unreadable_file_is_in_one_error_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), &LINES);
    for name in ["c.png", "f.png"] {
        std::fs::write(folder.path().join(name), "no picture").unwrap();
    }
    let report = survey(&data);
    assert_eq!(report.unreadable.iter().map(|image| image.name.as_str()).collect::<Vec<_>>(), ["c.png", "f.png"]);
    let text = report.check_readable().unwrap_err().to_string();
    assert!(text.contains("found 2 unreadable") && text.contains("c.png") && text.contains("f.png"), "{text}");

    let names: Vec<String> = report.unreadable.iter().map(|image| image.name.clone()).collect();
    let rest = data.without(&names).unwrap();
    assert_eq!(
        rest.samples.iter().map(|sample| sample.name.as_str()).collect::<Vec<_>>(),
        ["a.png", "b.png", "d.png", "e.png"]
    );
    assert!(survey(&rest).check_readable().is_ok());
    let error = rest.without(&["d.png".to_owned()]).unwrap_err();
    assert!(matches!(error, DataError::EmptySplit { split: Split::Val, .. }), "{error}");
}
