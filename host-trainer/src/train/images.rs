//! Images of a split: decoded, resized, with their targets.

use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{Device, Tensor};
use indicatif::MultiProgress;
use switchback::model::Network;

use super::augment::View;
use super::error::TrainError;
use super::loss::Objective;
use super::progress::counting_bar;
use super::store::{Room, Store};
use crate::data::{DataSet, Sample, Split, load_image, resize};

/// All images of one split at one size.
pub(super) struct Images {
    store: Store,
    /// One an image, one number a class: 1 where it is in the image.
    targets: Vec<Vec<f32>>,
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    /// Of each channel over all pixels, in pixel levels.
    statistics: (Vec<f32>, Vec<f32>),
}

impl Images {
    /// Reads a split on all threads, showing a bar, into memory and, where `room` has not enough of it, a temporary file.
    /// Masks stay closed.
    ///
    /// # Errors
    /// [`TrainError`] names the image that cannot be read, the split that is empty, or the folder that cannot be written.
    pub fn load(
        data: &DataSet,
        split: Split,
        network: &Network,
        (width, height): (usize, usize),
        room: &mut Room,
        progress: &MultiProgress,
    ) -> Result<Self, TrainError> {
        let samples: Vec<&Sample> = data.split(split).collect();
        if samples.is_empty() {
            return Err(TrainError::NoImages { split: split.name() });
        }
        let channels = network.input().channels;
        let bar = counting_bar(progress, &format!("reading {}", split.name()), samples.len());
        let levels = Levels::new(channels);
        let store = Store::fill(samples.len(), width * height * channels, room, |image| {
            let image = load_image(&samples[image].path, channels)?;
            bar.inc(1);
            let pixels = resize(&image, width, height).pixels;
            levels.add(&pixels);
            Ok(pixels)
        })?;
        bar.finish_and_clear();
        let objective = Objective::of(network.spec().head.activation);
        let targets: Vec<Vec<f32>> =
            samples.iter().map(|sample| target(objective, &sample.labels, network.classes())).collect();
        let statistics = levels.statistics(samples.len() * width * height);
        Ok(Self { store, targets, width, height, channels, statistics })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Targets of one image, by class.
    pub fn target(&self, image: usize) -> &[f32] {
        &self.targets[image]
    }

    /// How many images show each class.
    pub fn class_counts(&self) -> Vec<usize> {
        let classes = self.targets.first().map_or(0, Vec::len);
        (0..classes).map(|class| self.targets.iter().filter(|target| target[class] > 0.5).count()).collect()
    }

    /// Mean and standard deviation of each channel over all pixels, in pixel levels. A constant channel's deviation
    /// counts as 1.
    pub fn statistics(&self) -> (&[f32], &[f32]) {
        (&self.statistics.0, &self.statistics.1)
    }

    /// About `count` images, evenly spread, `[images, channels, height, width]`.
    pub fn spread(&self, count: usize, width: usize, height: usize) -> Result<Tensor, TrainError> {
        let step = self.len().div_ceil(count).max(1);
        let views: Vec<View> = (0..self.len()).step_by(step).map(View::plain).collect();
        Ok(self.batch(&views, width, height)?.0)
    }

    /// Crops of `width` x `height` as `[batch, channels, height, width]` pixel levels, and targets `[batch, classes]`.
    ///
    /// # Errors
    /// [`TrainError::File`] when an image cannot be read back from the temporary file.
    pub fn batch(&self, views: &[View], width: usize, height: usize) -> Result<(Tensor, Tensor), TrainError> {
        let mut pixels = Vec::with_capacity(views.len() * self.channels * width * height);
        let mut buffer = Vec::new();
        for view in views {
            let image = self.store.image(view.image, &mut buffer)?;
            self.append_crop(image, view, width, height, &mut pixels);
        }
        let targets: Vec<f32> = views.iter().flat_map(|view| self.target(view.image)).copied().collect();
        let classes = targets.len() / views.len().max(1);
        Ok((
            Tensor::from_vec(pixels, (views.len(), self.channels, height, width), &Device::Cpu)?,
            Tensor::from_vec(targets, (views.len(), classes), &Device::Cpu)?,
        ))
    }

    fn append_crop(&self, image: &[u8], view: &View, width: usize, height: usize, pixels: &mut Vec<f32>) {
        for channel in 0..self.channels {
            let exposed = exposure(view, self.statistics.0[channel], self.statistics.1[channel]);
            for y in 0..height {
                let y = view.top + if view.flipped { height - 1 - y } else { y };
                let start = (y * self.width + view.left) * self.channels + channel;
                let row = image[start..].iter().step_by(self.channels).take(width).map(|&v| exposed[usize::from(v)]);
                if view.mirrored {
                    let first = pixels.len();
                    pixels.extend(row);
                    pixels[first..].reverse();
                } else {
                    pixels.extend(row);
                }
            }
        }
    }
}

/// What a view makes of every grey level of a channel; still 0 to 255.
fn exposure(view: &View, mean: f32, deviation: f32) -> [f32; 256] {
    if (view.contrast, view.brightness) == (1.0, 0.0) {
        return std::array::from_fn(|level| level as f32);
    }
    let middle = mean + view.brightness * deviation;
    std::array::from_fn(|level| (middle + view.contrast * (level as f32 - mean)).clamp(0.0, 255.0))
}

/// Sums over the pixels of all images, by channel. Integers: the order in which threads add makes no difference.
struct Levels {
    sums: Vec<AtomicU64>,
    squares: Vec<AtomicU64>,
}

impl Levels {
    fn new(channels: usize) -> Self {
        let zeros = || (0..channels).map(|_| AtomicU64::new(0)).collect();
        Self { sums: zeros(), squares: zeros() }
    }

    /// Adds an image, channels last.
    fn add(&self, pixels: &[u8]) {
        let channels = self.sums.len();
        for (channel, (sum, squares)) in self.sums.iter().zip(&self.squares).enumerate() {
            let values = || pixels.iter().skip(channel).step_by(channels).map(|&value| u64::from(value));
            sum.fetch_add(values().sum(), Ordering::Relaxed);
            squares.fetch_add(values().map(|value| value * value).sum(), Ordering::Relaxed);
        }
    }

    /// See [`Images::statistics`]; of `pixels` pixels in all.
    fn statistics(self, pixels: usize) -> (Vec<f32>, Vec<f32>) {
        let channels = self.sums.into_iter().zip(self.squares);
        channels
            .map(|(sum, squares)| {
                let mean = sum.into_inner() as f64 / pixels as f64;
                let deviation = (squares.into_inner() as f64 / pixels as f64 - mean * mean).max(0.0).sqrt();
                (mean as f32, if deviation > 1e-3 { deviation as f32 } else { 1.0 })
            })
            .unzip()
    }
}

/// Of one label an image: 1 for that class. Of any number: 1 for each, and for the background, which every image shows
/// (section 3.1).
fn target(objective: Objective, labels: &[usize], classes: usize) -> Vec<f32> {
    let mut target = vec![0.0; classes];
    if objective == Objective::ManyLabels {
        target[0] = 1.0;
    }
    for &label in labels {
        target[label] = 1.0;
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_mirrors_and_separates_channels() -> Result<(), TrainError> {
        // Pixel (x, y) of channel c is 100 c + 10 y + x.
        let value = |i: usize| (100 * (i % 2) + 10 * (i / 2 / 4) + i / 2 % 4) as u8;
        let mut room = Room { memory: 24, folder: "unused".into() };
        let store = Store::fill(1, 24, &mut room, |_| Ok((0..24).map(value).collect()))?;
        let statistics = (vec![12.0, 112.0], vec![2.0, 4.0]);
        let images = Images { store, targets: vec![vec![0.0, 1.0]], width: 4, height: 3, channels: 2, statistics };
        let view = View { left: 1, top: 1, mirrored: true, ..View::plain(0) };
        let (pixels, targets) = images.batch(&[view, View { mirrored: false, ..view }], 2, 2)?;
        assert_eq!(pixels.get(0)?.flatten_all()?.to_vec1::<f32>()?, [12., 11., 22., 21., 112., 111., 122., 121.]);
        assert_eq!(pixels.get(1)?.flatten_all()?.to_vec1::<f32>()?, [11., 12., 21., 22., 111., 112., 121., 122.]);
        assert_eq!(targets.to_vec2::<f32>()?, [[0.0, 1.0], [0.0, 1.0]]);
        let (pixels, _) = images.batch(&[View { flipped: true, contrast: 2.0, brightness: 0.5, ..view }], 2, 2)?;
        assert_eq!(pixels.flatten_all()?.to_vec1::<f32>()?, [33., 31., 13., 11., 134., 132., 114., 112.]);
        Ok(())
    }

    #[test]
    fn statistics_are_of_each_channel_over_all_images() {
        let levels = Levels::new(2);
        levels.add(&[10, 7, 20, 7]);
        levels.add(&[30, 7, 40, 7]);
        assert_eq!(levels.statistics(4), (vec![25.0, 7.0], vec![125.0_f32.sqrt(), 1.0]));
    }

    #[test]
    fn grey_levels_stay_in_their_range() {
        let levels = exposure(&View { contrast: 3.0, brightness: 1.0, ..View::plain(0) }, 128.0, 40.0);
        assert_eq!((levels[0], levels[128], levels[255]), (0.0, 168.0, 255.0));
    }

    #[test]
    fn targets_by_objective() {
        assert_eq!(target(Objective::OneLabel, &[0], 2), [1.0, 0.0]);
        assert_eq!(target(Objective::OneLabel, &[1], 2), [0.0, 1.0]);
        assert_eq!(target(Objective::ManyLabels, &[], 3), [1.0, 0.0, 0.0]);
        assert_eq!(target(Objective::ManyLabels, &[1, 2], 3), [1.0, 1.0, 1.0]);
    }
}
