//! The Montgomery and Shenzhen sets in miniature, as they are published.

use std::path::Path;

use super::super::{DataError, DataSet, OpenOptions, Split};
use super::folder;

/// Ten normal and ten abnormal films of one of the sets with all that lies beside them.
fn published(prefix: &str, more: &[&str]) -> tempfile::TempDir {
    let mut files: Vec<(String, String)> = Vec::new();
    for (number, abnormal) in (1..=20).map(|i| (i, i % 2)) {
        let stem = format!("{prefix}_{number:04}_{abnormal}");
        let reading = ["normal", "right upper lobe infiltrate"][abnormal];
        files.push((
            format!("ClinicalReadings/{stem}.txt"),
            format!("Patient's Sex: F\nPatient's Age: 027Y\n{reading}\n"),
        ));
        files.push((format!("CXR_png/{stem}.png"), String::new()));
        files.extend(more.iter().map(|folder| (format!("{folder}/{stem}.png"), String::new())));
    }
    files.push(("CXR_png/Thumbs.db".into(), "not an image".into()));
    files.push((format!("NLM-{prefix}-ReadMe.pdf"), "%PDF-1.4".into()));
    folder(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

fn with_masks(root: &Path, masks: &Path) -> Result<DataSet, DataError> {
    DataSet::open(root, &OpenOptions { masks: Some(masks.to_path_buf()), ..OpenOptions::default() })
}

#[test]
fn films_are_told_by_their_names_and_the_outlines_of_lungs_are_no_masks() {
    let montgomery = published("MCUCXR", &["ManualMask/leftMask", "ManualMask/rightMask"]);
    for set in [montgomery, published("CHNCXR", &[])] {
        let data = DataSet::open(set.path(), &OpenOptions::default()).unwrap();
        assert_eq!(data.classes, ["normal", "abnormal"]);
        assert_eq!(data.samples.len(), 20);
        for sample in &data.samples {
            assert_eq!(data.is_positive(sample), sample.name.ends_with("_1.png"), "{}", sample.name);
            assert_eq!(sample.mask, None, "{}", sample.name);
        }
        assert_eq!(Split::ALL.map(|split| data.split(split).count()), [14, 2, 4]);
    }
}

#[test]
fn lesions_are_in_the_folder_that_is_named() {
    let set = published("MCUCXR", &["ManualMask/leftMask"]);
    let lesions = folder(&[("MCUCXR_0003_1.png", ""), ("CHNCXR_0005_1.png", "")]);
    let data = with_masks(set.path(), lesions.path()).unwrap();
    let masks: Vec<_> = data.samples.iter().filter_map(|sample| sample.mask.clone()).collect();
    assert_eq!(masks, [lesions.path().join("MCUCXR_0003_1.png")]);
}

#[test]
fn masks_of_other_images_are_refused() {
    let set = published("MCUCXR", &[]);
    // One of a normal film, and one of the other set.
    let lesions = folder(&[("MCUCXR_0002_0.png", ""), ("CHNCXR_0005_1.png", "")]);
    let error = with_masks(set.path(), lesions.path()).unwrap_err();
    let expected = "found none of the 10 images that show something, expected names of images ending in .png, such as \
                    MCUCXR_0001_1.png";
    assert_eq!(error.to_string(), format!("masks {}: {expected}", lesions.path().display()));
    assert!(matches!(error, DataError::NoMasks { .. }));
}
