//! Good and bad data sets, each made in a temporary folder; the real ones where they are there.

mod chest_xrays;
mod dicom;
mod images;
mod layouts;
mod masks;
mod real_sets;
mod report;
mod splits;
mod voc;

use super::{DataError, DataSet, OpenOptions};

/// A folder with the given files: a grey picture where the name ends in .png or .jpg, else the text.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        if name.ends_with(".png") || name.ends_with(".jpg") {
            image::GrayImage::new(3, 2).save(&path).expect("a picture");
        } else {
            std::fs::write(&path, text).expect("a text file");
        }
    }
    folder
}

/// Pictures under the given names.
fn pictures<const N: usize>(names: [&'static str; N]) -> [(&'static str, &'static str); N] {
    names.map(|name| (name, ""))
}

fn open(folder: &tempfile::TempDir) -> Result<DataSet, DataError> {
    DataSet::open(folder.path(), &OpenOptions::default())
}
