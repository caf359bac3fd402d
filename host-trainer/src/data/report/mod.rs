//! What a person should know about a data set before training on it: counts, sizes, grey levels, and what is likely to
//! make the figures wrong. Warnings, not errors; masks stay closed.
//!
//! | what | file |
//! |---|---|
//! | one decoded image's facts | `facts` |
//! | images that look alike in different splits | `thumbnail`, `duplicates` |
//! | groups in several splits | `groups` |
//! | the lines for the terminal | `text` |

mod duplicates;
mod facts;
mod groups;
mod text;
mod thumbnail;

use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::facts::Facts;
use super::{DataError, DataSet, Split, Task};

/// Names and pairs kept at most; counts are of all.
pub const LISTED: usize = 1000;

/// Everything that was found: the part of `data.json` about the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataReport {
    /// The data set's folder.
    pub root: PathBuf,
    /// Images of each split.
    pub images: SplitCounts,
    /// Images of each class; the background of a multi-label set is left out.
    pub classes: Vec<ClassCounts>,
    /// Images without any label (multi-label sets).
    pub unlabelled: usize,
    /// Smallest and largest sides; absent when no image can be read.
    pub sizes: Option<Sizes>,
    /// Grey levels.
    pub grey: GreyRange,
    /// Images that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Images of different splits that look alike; of one image at most 16 in each later split.
    pub near_duplicates: Listed<NearDuplicate>,
    /// Groups with images in more than one split.
    pub torn_groups: Listed<TornGroup>,
    /// Splits in which a class has no image.
    pub missing_classes: Vec<MissingClass>,
}

/// The first [`LISTED`] of something, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// All of them.
    pub count: usize,
    /// The first.
    pub first: Vec<T>,
}

impl<T> Listed<T> {
    fn of(mut all: Vec<T>) -> Self {
        let count = all.len();
        all.truncate(LISTED);
        Self { count, first: all }
    }
}

/// A number for each split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitCounts {
    /// Of the train split.
    pub train: usize,
    /// Of the validation split.
    pub val: usize,
    /// Of the test split.
    pub test: usize,
}

impl SplitCounts {
    /// Counts what `counted` says, by split.
    fn of(counted: impl Iterator<Item = Split>) -> Self {
        counted.fold(Self::default(), |mut counts, split| {
            *match split {
                Split::Train => &mut counts.train,
                Split::Val => &mut counts.val,
                Split::Test => &mut counts.test,
            } += 1;
            counts
        })
    }

    /// The number of one split.
    pub fn of_split(&self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Val => self.val,
            Split::Test => self.test,
        }
    }

    /// Of all splits.
    pub fn total(&self) -> usize {
        self.train + self.val + self.test
    }
}

/// Images that show a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCounts {
    /// The class's name.
    pub name: String,
    /// In each split.
    #[serde(flatten)]
    pub images: SplitCounts,
}

/// Sides of the images in pixels, each minimum and maximum over all images on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Smallest and largest width.
    pub width: [usize; 2],
    /// Smallest and largest height.
    pub height: [usize; 2],
}

/// How much of the 256 grey levels the images use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GreyRange {
    /// Images whose levels span less than half of the range.
    pub narrow: usize,
    /// The same as a share of the readable images, 0 to 1.
    pub narrow_share: f64,
    /// Names of images whose levels span no more than a sixteenth of the range, but are not all one: what 12 bits stored in a
    /// format of 16 come to.
    pub faint: Listed<String>,
    /// Names of images of one level only.
    pub constant: Listed<String>,
}

/// An image that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Two images of different splits that look alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearDuplicate {
    /// Names, the earlier split's first.
    pub names: [String; 2],
    /// Their splits.
    pub splits: [Split; 2],
    /// Correlation of the two at 32x32 pixels, at most 1.
    pub correlation: f32,
}

/// A group with images in more than one split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TornGroup {
    /// The group's name.
    pub name: String,
    /// Its images in each split.
    pub images: SplitCounts,
}

/// A class without images in a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingClass {
    /// The class's name.
    pub class: String,
    /// The split.
    pub split: Split,
}

impl DataReport {
    /// Decodes every image of a data set once, on all threads; `seen` is called after each.
    pub fn survey(data: &DataSet, seen: impl Fn() + Sync) -> Self {
        let facts: Vec<Result<Facts, _>> = data
            .samples
            .par_iter()
            .map(|sample| {
                let facts = Facts::read(&sample.path);
                seen();
                facts
            })
            .collect();
        let first = usize::from(data.task == Task::MultiLabel);
        let classes: Vec<ClassCounts> = data
            .classes
            .iter()
            .enumerate()
            .skip(first)
            .map(|(class, name)| {
                let showing = data.samples.iter().filter(|sample| sample.labels.contains(&class));
                ClassCounts { name: name.clone(), images: SplitCounts::of(showing.map(|sample| sample.split)) }
            })
            .collect();
        let missing = |class: &ClassCounts| {
            let empty: Vec<Split> = Split::ALL.into_iter().filter(|&split| class.images.of_split(split) == 0).collect();
            let class = class.name.clone();
            empty.into_iter().map(move |split| MissingClass { class: class.clone(), split })
        };
        let unreadable = data.samples.iter().zip(&facts).filter_map(|(sample, facts)| {
            let error = facts.as_ref().err()?;
            Some(Unreadable { name: sample.name.clone(), reason: error.to_string() })
        });
        Self {
            root: data.root.clone(),
            images: SplitCounts::of(data.samples.iter().map(|sample| sample.split)),
            unlabelled: data.samples.iter().filter(|sample| sample.labels.is_empty()).count(),
            sizes: facts::sizes(facts.iter().flatten()),
            grey: facts::grey_range(&data.samples, &facts),
            unreadable: unreadable.collect(),
            near_duplicates: duplicates::across_splits(&data.samples, &facts),
            torn_groups: Listed::of(groups::torn(&data.samples)),
            missing_classes: classes.iter().flat_map(missing).collect(),
            classes,
        }
    }

    /// Refuses a data set with unreadable images.
    ///
    /// # Errors
    /// [`DataError::UnreadableImages`] names all of them.
    pub fn check_readable(&self) -> Result<(), DataError> {
        if self.unreadable.is_empty() {
            return Ok(());
        }
        let reasons = self.unreadable.iter().map(|image| image.reason.clone()).collect();
        Err(DataError::UnreadableImages { path: self.root.clone(), images: self.images.total(), reasons })
    }
}
