//! `labels.csv`, and behind the first zero byte `classes.txt` -> a data set. Images that may be listed: `1.png` to `9.png`.

use std::fs;

use host_trainer::data::{DataSet, OpenOptions, Split, Task};

use crate::scratch::Scratch;

thread_local! {
    static FOLDER: Scratch = {
        let folder = Scratch::new();
        for image in 1..=9 {
            folder.write(&format!("images/{image}.png"), b"");
        }
        folder.write("masks/1.png", b"");
        folder
    };
}

/// Opens the data set of an input.
///
/// # Panics
/// If one is opened that is not what [`DataSet`] promises.
pub fn run(input: &[u8]) {
    let mut parts = input.splitn(2, |&byte| byte == 0);
    let labels = parts.next().unwrap_or_default();
    FOLDER.with(|folder| {
        folder.write("labels.csv", labels);
        match parts.next() {
            Some(classes) => _ = folder.write("classes.txt", classes),
            // It is not there after most inputs.
            None => _ = fs::remove_file(folder.path().join("classes.txt")),
        }
        match DataSet::open(folder.path(), &OpenOptions::default()) {
            Ok(data) => assert_checked(&data),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
}

fn assert_checked(data: &DataSet) {
    let first = usize::from(data.task == Task::MultiLabel);
    for sample in &data.samples {
        assert!(sample.path.is_file(), "{sample:?}");
        assert!(sample.labels.is_sorted_by(|a, b| a < b), "{sample:?}");
        assert!(sample.labels.iter().all(|label| (first..data.classes.len()).contains(label)), "{sample:?}");
        assert!(data.task == Task::MultiLabel || sample.labels.len() == 1, "{sample:?}");
    }
    assert!(Split::ALL.into_iter().all(|split| data.split(split).next().is_some()), "{data:?}");
    for class in first..data.classes.len() {
        assert!(data.split(Split::Train).any(|sample| sample.labels.contains(&class)), "class {class} of {data:?}");
    }
}
