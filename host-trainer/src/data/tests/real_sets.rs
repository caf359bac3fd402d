//! The real data sets beside the checkout, where they are there.

use std::path::PathBuf;

use super::super::{DataSet, OpenOptions, Split, Task, load_image};
use crate::metrics::IGNORE;

fn real_set(name: &str) -> Option<DataSet> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/datasets").join(name);
    if !root.is_dir() {
        eprintln!("skipped: the data set {} is not on this machine", root.display());
        return None;
    }
    Some(DataSet::open(&root, &OpenOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}")))
}

#[test]
fn the_binary_sets_open() {
    let cases =
        [("brain_mri", ["normal", "tumour"], [864, 152, 245]), ("magnetic_tile", ["free", "defect"], [871, 135, 334])];
    for (name, classes, counts) in cases {
        let Some(data) = real_set(name) else { continue };
        assert_eq!(data.task, Task::Binary, "{name}");
        assert_eq!(data.classes, classes, "{name}");
        assert_eq!(Split::ALL.map(|split| data.split(split).count()), counts, "{name}");
        for sample in data.split(Split::Test).take(40) {
            let image = load_image(&sample.path, 1).unwrap();
            let mask = data.mask(sample).unwrap().expect("every image has a mask");
            assert_eq!((mask.width, mask.height), (image.width, image.height), "{}", sample.name);
            assert_eq!(mask.classes.contains(&1), data.is_positive(sample), "{}", sample.name);
        }
    }
}

#[test]
fn the_multi_label_set_opens() {
    let Some(data) = real_set("msrc_objects") else { return };
    assert_eq!(data.task, Task::MultiLabel);
    assert_eq!(data.classes.len(), 16);
    assert_eq!((data.classes[0].as_str(), data.classes[10].as_str()), ("background", "cow"));
    for sample in data.split(Split::Test).take(40) {
        let image = load_image(&sample.path, 3).unwrap();
        let mask = data.mask(sample).unwrap().expect("every image has a mask");
        assert_eq!((mask.width, mask.height), (image.width, image.height), "{}", sample.name);
        for class in mask.classes.into_iter().filter(|&class| class != 0 && class != IGNORE) {
            assert!(sample.labels.contains(&usize::from(class)), "{}: class {class} is not labelled", sample.name);
        }
    }
}
