//! Drawn splits: proportions, whole groups, and nothing but names and seed behind them.

use std::collections::BTreeMap;

use super::super::{DataSet, OpenOptions, Split};
use super::folder;

/// `count` images, each third positive, three consecutive ones a group.
fn grouped(count: usize, reversed: bool) -> tempfile::TempDir {
    let names: Vec<String> = (0..count).map(|i| format!("{i:03}.png")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let mut lines: Vec<String> = (0..count)
        .map(|i| format!("{},{},g{}\n", names[i], if (i / 3) % 3 == 0 { "lesion" } else { "normal" }, i / 3))
        .collect();
    if reversed {
        lines.reverse();
    }
    let folder = folder(&files);
    std::fs::write(folder.path().join("labels.csv"), format!("file,labels,group\n{}", lines.concat())).unwrap();
    folder
}

fn splits(folder: &tempfile::TempDir, seed: u64) -> BTreeMap<String, Split> {
    let data = DataSet::open(folder.path(), &OpenOptions { seed, ..OpenOptions::default() }).unwrap();
    data.samples.into_iter().map(|sample| (sample.name, sample.split)).collect()
}

#[test]
fn a_drawn_split_has_its_shares_of_each_class_in_whole_groups() {
    let folder = grouped(270, false);
    let data = DataSet::open(folder.path(), &OpenOptions::default()).unwrap();
    assert_eq!(Split::ALL.map(|s| data.split(s).count()), [189, 27, 54]);
    let positives = Split::ALL.map(|s| data.split(s).filter(|sample| data.is_positive(sample)).count());
    assert_eq!(positives, [63, 9, 18]);
    let mut of_group = BTreeMap::new();
    for sample in &data.samples {
        let first = *of_group.entry(sample.group.clone()).or_insert(sample.split);
        assert_eq!(first, sample.split, "group {:?} is torn", sample.group);
    }
}

#[test]
fn a_drawn_split_follows_the_seed_and_not_the_order_of_lines() {
    let folder = grouped(90, false);
    assert_eq!(splits(&folder, 1), splits(&grouped(90, true), 1));
    assert_ne!(splits(&folder, 1), splits(&folder, 2));
}

#[test]
fn a_split_that_is_not_given_is_drawn_out_of_train() {
    let names: Vec<String> = (0..48)
        .map(|i| format!("{}/{}/{i:02}.png", if i < 36 { "train" } else { "test" }, ["normal", "lesion"][i % 2]))
        .collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let folder = folder(&files);
    let drawn = splits(&folder, 0);
    for (name, split) in &drawn {
        assert_eq!(*split == Split::Test, name.starts_with("test/"), "{name}");
    }
    // An eighth of 18 of each class.
    assert_eq!(drawn.values().filter(|&&split| split == Split::Val).count(), 4);
}

#[test]
fn names_of_splits_read_back() {
    for split in Split::ALL {
        assert_eq!(split.to_string().parse(), Ok(split));
    }
    assert_eq!("dev".parse::<Split>().unwrap_err().to_string(), "split `dev`: expected train, val or test");
}
