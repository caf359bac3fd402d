//! One split, decoded and brought to a network's input size.

use indicatif::ProgressBar;
use rayon::prelude::*;

use crate::data::{DataError, DataSet, Image8, Mask, Sample, Split, Task, load_image, resize};
use crate::metrics::{EvidenceMap, LabelMap, MetricsError};
use switchback::model::Network;

/// The images of a split with what is known about them.
#[derive(Clone, Debug)]
pub struct EvaluationSet {
    /// What the labels mean.
    pub task: Task,
    /// Class names by index.
    pub classes: Vec<String>,
    /// File names.
    pub names: Vec<String>,
    /// At the network's input size.
    pub images: Vec<Image8>,
    /// Class indices of each image, as in [`Sample::labels`].
    pub labels: Vec<Vec<usize>>,
    /// At the network's input size, where there is one.
    pub masks: Vec<Option<Mask>>,
}

impl EvaluationSet {
    /// Loads a split for a network, masks included, in parallel.
    ///
    /// # Errors
    /// [`DataError`] names the image or mask that cannot be used.
    pub fn load(data: &DataSet, split: Split, network: &Network, progress: &ProgressBar) -> Result<Self, DataError> {
        let samples: Vec<&Sample> = data.split(split).collect();
        progress.set_length(samples.len() as u64);
        let input = network.input();
        let load = |sample: &&Sample| -> Result<(Image8, Option<Mask>), DataError> {
            let image = resize(&load_image(&sample.path, input.channels)?, input.width, input.height);
            let mask = data.mask(sample)?;
            progress.inc(1);
            Ok((image, mask.map(|mask| mask.resize_nearest(input.width, input.height))))
        };
        let (images, masks) = samples.par_iter().map(load).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        Ok(Self {
            task: data.task,
            classes: data.classes.clone(),
            names: samples.iter().map(|sample| sample.name.clone()).collect(),
            images,
            labels: samples.iter().map(|sample| sample.labels.clone()).collect(),
            masks,
        })
    }

    /// The images of the given places, in that order.
    ///
    /// # Panics
    /// When a place is not below [`Self::len`].
    pub fn of(&self, places: &[usize]) -> Self {
        Self {
            task: self.task,
            classes: self.classes.clone(),
            names: places.iter().map(|&i| self.names[i].clone()).collect(),
            images: places.iter().map(|&i| self.images[i].clone()).collect(),
            labels: places.iter().map(|&i| self.labels[i].clone()).collect(),
            masks: places.iter().map(|&i| self.masks[i].clone()).collect(),
        }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// Binary problems: whether image `i` is labelled with the positive class. Else: with any.
    pub fn is_positive(&self, i: usize) -> bool {
        self.labels[i].iter().any(|&class| class > 0)
    }

    /// The truth of image `i`; a negative image of a binary set needs no mask.
    pub fn truth(&self, i: usize) -> Option<LabelMap<'_>> {
        self.masks[i].as_ref().map(Mask::labels)
    }

    /// Whether any image has a mask.
    pub fn has_masks(&self) -> bool {
        self.masks.iter().any(Option::is_some)
    }
}

/// A map of a prediction as metrics want it.
pub(super) fn evidence<'a>(
    shape: switchback::model::MapShape,
    levels: &'a [f32],
) -> Result<EvidenceMap<'a>, MetricsError> {
    EvidenceMap::new(shape.width, shape.height, levels)
}
