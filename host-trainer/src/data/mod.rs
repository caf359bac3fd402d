//! A folder of labelled images becomes a checked data set.
//!
//! | file | what |
//! |---|---|
//! | [`open`](DataSet::open) | recognises the layout, assembles classes and splits, checks the whole |
//! | `labels_csv`, `class_folders`, `voc`, `cxr_names` | one layout each, to a `Listing` |
//! | `classes` | label names to class indices, binary or multi-label |
//! | `split` | splits that the folder does not give |
//! | `image_file`, `dicom_file`, `resize`, `pixel_limit` | pixels, and how many an image may have |
//! | [`report`] | what a person should know before training |
//! | `mask_file` | pixel truth, for evaluation only: training never calls it |
//!
//! Nothing here knows a network; everything that can be wrong with a data set is found before the first step of training.
//! What only decoding shows is found by [`report`].

mod class_folders;
mod classes;
mod cxr_names;
#[cfg(feature = "dicom")]
mod dicom_file;
mod error;
mod image_file;
mod labels_csv;
mod listing;
mod mask_file;
mod open;
mod pixel_limit;
pub mod report;
mod resize;
mod split;
mod voc;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::PathBuf;

use crate::metrics::IGNORE;

pub use error::{DataError, NEGATIVE_NAMES};
pub use image_file::{Image8, load_image};
pub use mask_file::{Mask, load_mask};
pub use open::OpenOptions;
pub use pixel_limit::{MAX_PIXELS, limit_pixels};
pub use resize::{reduce, resize};
pub use split::{Split, UnknownSplitName};

/// What the labels of a data set mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Two classes, exactly one of them in each image (paper, Eq. 7).
    Binary,
    /// Any number of classes in an image, and a background that is in all of them.
    MultiLabel,
}

/// One labelled image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// File name relative to the data set, with `/` between folders: the name to show.
    pub name: String,
    /// Where the image lies.
    pub path: PathBuf,
    /// Class indices, ascending: `[0]` or `[1]` in a binary set; in a multi-label set any of `1..classes`, the
    /// background (0) left out because it is in every image.
    pub labels: Vec<usize>,
    /// The split it belongs to.
    pub split: Split,
    /// What it must not be separated from by a drawn split: a patient, a near-duplicate.
    pub group: Option<String>,
    /// Its pixel truth, where there is one. Never read by training.
    pub mask: Option<PathBuf>,
}

/// A checked data set: every file exists, every class is in the train split, no split is empty.
#[derive(Clone, Debug)]
pub struct DataSet {
    /// The folder it was opened from.
    pub root: PathBuf,
    /// What its labels mean.
    pub task: Task,
    /// Class names by index: `[negative, positive]` in a binary set, `background` first in a multi-label set.
    pub classes: Vec<String>,
    /// All images, in the order of the label file, or sorted by name where there is none.
    pub samples: Vec<Sample>,
}

impl DataSet {
    /// The images of one split.
    pub fn split(&self, split: Split) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| sample.split == split)
    }

    /// The pixel truth of one of the images, where there is one; see [`load_mask`].
    ///
    /// # Errors
    /// [`DataError`] naming the file: as [`load_mask`], or [`DataError::MaskClass`] for a class that the data set does not
    /// have.
    pub fn mask(&self, sample: &Sample) -> Result<Option<Mask>, DataError> {
        let Some(path) = &sample.mask else { return Ok(None) };
        let mask = load_mask(path, self.task)?;
        let unknown = |&class: &u8| class != IGNORE && usize::from(class) >= self.classes.len();
        match mask.classes.iter().position(unknown) {
            Some(pixel) => Err(DataError::MaskClass {
                path: path.clone(),
                found: mask.classes[pixel],
                x: pixel % mask.width,
                y: pixel / mask.width,
                classes: self.classes.len(),
            }),
            None => Ok(Some(mask)),
        }
    }

    /// The data set without the images of the given names; drawn splits stay as they are.
    ///
    /// # Errors
    /// [`DataError`] when a split is empty, or a class without training images, after that.
    pub fn without(&self, names: &[String]) -> Result<Self, DataError> {
        let names: HashSet<&String> = names.iter().collect();
        let mut rest = self.clone();
        rest.samples.retain(|sample| !names.contains(&sample.name));
        rest.check()?;
        Ok(rest)
    }

    /// Whether an image shows anything at all: the positive class in a binary set, any class in a multi-label set.
    pub fn is_positive(&self, sample: &Sample) -> bool {
        match self.task {
            Task::Binary => sample.labels == [1],
            Task::MultiLabel => !sample.labels.is_empty(),
        }
    }
}
