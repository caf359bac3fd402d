//! Opening: which layout a folder has, and the checks that hold for all of them.

use std::path::{Path, PathBuf};

use super::classes::ClassTable;
use super::listing::{Listing, images_in};
use super::{DataError, DataSet, Sample, Split, Task, class_folders, cxr_names, labels_csv, split, voc};

/// How to open a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Draws the splits that the folder does not give.
    pub seed: u64,
    /// The class that means "nothing there", where its name is not one of [`NEGATIVE_NAMES`](super::NEGATIVE_NAMES).
    pub negative: Option<String>,
    /// Where the masks lie, where that is not the layout's own place.
    pub masks: Option<PathBuf>,
}

impl DataSet {
    /// Opens a folder of any known layout, tried in this order: `labels.csv`; VOC (`JPEGImages/` and
    /// `ImageSets/Main/`); files named `*_0.png` and `*_1.png` as in the Montgomery and Shenzhen sets; a folder a class,
    /// optionally under `train/`, `val/` and `test/`.
    ///
    /// A split that the folder does not name is drawn out of its train images by `options.seed`, in the proportion
    /// 70 : 10 : 20, whole groups together, each label as evenly as groups allow. Of VOC, train and validation are drawn
    /// 80 : 20 out of both, as in the paper, and the segmentation's validation list is the test split.
    ///
    /// `options.masks` stands in for the layout's folder of masks (`masks/`; VOC's `SegmentationClass/`). A mask has its
    /// image's name, ending in `.png`.
    ///
    /// # Errors
    /// [`DataError`], naming the file and line where there is one: no images or labels, a column, split or label that is
    /// unknown, a file that is missing or listed twice, a class without training images, an empty split, a binary set
    /// whose negative class cannot be told, a folder of masks that has none of the positive images. Images are not decoded here.
    pub fn open(root: &Path, options: &OpenOptions) -> Result<Self, DataError> {
        let listing = read_layout(root, options.masks.as_deref())?;
        if listing.entries.is_empty() {
            return Err(DataError::NoImages { path: root.to_path_buf() });
        }
        let shares = listing.shares;
        let table = ClassTable::new(&listing, options.negative.as_deref())?;
        let given: Vec<Split> =
            Split::ALL.into_iter().filter(|&s| listing.entries.iter().any(|entry| entry.split == Some(s))).collect();
        let mut samples: Vec<Sample> = listing
            .entries
            .into_iter()
            .map(|entry| Sample {
                labels: table.indices(&entry.labels),
                name: entry.name,
                path: entry.path,
                split: entry.split.unwrap_or(Split::Train),
                group: entry.group,
                mask: entry.mask,
            })
            .collect();
        split::draw(&mut samples, &given, shares, options.seed);
        let data = Self { root: root.to_path_buf(), task: table.task, classes: table.classes, samples };
        data.check()?;
        if let Some(masks) = &options.masks {
            data.check_masks(masks)?;
        }
        Ok(data)
    }

    /// Whether the folder of masks that was named belongs to this data set.
    fn check_masks(&self, masks: &Path) -> Result<(), DataError> {
        let positive = || self.samples.iter().filter(|sample| self.is_positive(sample));
        match positive().next() {
            Some(first) if positive().all(|sample| sample.mask.is_none()) => Err(DataError::NoMasks {
                path: masks.to_path_buf(),
                images: positive().count(),
                example: Path::new(&first.name).with_extension("png"),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn check(&self) -> Result<(), DataError> {
        if let [_, class] = self.classes.as_slice()
            && self.samples.iter().all(|sample| self.is_positive(sample))
        {
            return Err(DataError::OneClass { path: self.root.clone(), class: class.clone() });
        }
        let first = usize::from(self.task == Task::MultiLabel);
        for (index, class) in self.classes.iter().enumerate().skip(first) {
            if !self.split(Split::Train).any(|sample| sample.labels.contains(&index)) {
                return Err(DataError::ClassWithoutTrainImages { class: class.clone() });
            }
        }
        for split in Split::ALL {
            if self.split(split).next().is_none() {
                return Err(DataError::EmptySplit { split, images: self.samples.len() });
            }
        }
        Ok(())
    }
}

fn read_layout(root: &Path, masks: Option<&Path>) -> Result<Listing, DataError> {
    for (what, path) in [("data set", Some(root)), ("masks", masks)] {
        if let Some(path) = path.filter(|path| !path.is_dir()) {
            return Err(DataError::NotAFolder { what, path: path.to_path_buf() });
        }
    }
    let masks_or = |own: &str| masks.map_or_else(|| root.join(own), Path::to_path_buf);
    let masks = masks_or("masks");
    if root.join("labels.csv").is_file() {
        return labels_csv::read(root, &masks);
    }
    if voc::recognises(root) {
        return voc::read(root, &masks_or("SegmentationClass"));
    }
    if let Some(listing) = cxr_names::read(root, &masks)? {
        return Ok(listing);
    }
    if let Some(listing) = class_folders::read(root, &masks)? {
        return Ok(listing);
    }
    let beside = root.join("images");
    let images = images_in(root)?.len() + if beside.is_dir() { images_in(&beside)?.len() } else { 0 };
    match images {
        0 => Err(DataError::NoImages { path: root.to_path_buf() }),
        _ => Err(DataError::NoLabels { path: root.to_path_buf(), images }),
    }
}
