//! Images of a split in memory: decoded, resized, with their targets.

use candle_core::{Device, Result, Tensor};
use indicatif::MultiProgress;
use rayon::prelude::*;
use switchback::model::Network;

use super::augment::View;
use super::error::TrainError;
use super::loss::Objective;
use super::progress::counting_bar;
use crate::data::{DataSet, Image8, Sample, Split, load_image, resize};

/// All images of one split at one size.
pub(super) struct Images {
    images: Vec<Image8>,
    /// One an image, one number a class: 1 where it is in the image.
    targets: Vec<Vec<f32>>,
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    /// Of each channel over all pixels, in pixel levels.
    statistics: (Vec<f32>, Vec<f32>),
}

impl Images {
    /// Reads a split on all threads, showing a bar. Masks stay closed.
    ///
    /// # Errors
    /// [`TrainError`] names the image that cannot be read, or the split that is empty.
    pub fn load(
        data: &DataSet,
        split: Split,
        network: &Network,
        (width, height): (usize, usize),
        progress: &MultiProgress,
    ) -> std::result::Result<Self, TrainError> {
        let samples: Vec<&Sample> = data.split(split).collect();
        if samples.is_empty() {
            return Err(TrainError::NoImages { split: split.name() });
        }
        let channels = network.input().channels;
        let bar = counting_bar(progress, &format!("reading {}", split.name()), samples.len());
        let images = samples
            .par_iter()
            .map(|sample| {
                let image = load_image(&sample.path, channels)?;
                bar.inc(1);
                Ok(resize(&image, width, height))
            })
            .collect::<std::result::Result<Vec<_>, TrainError>>()?;
        bar.finish_and_clear();
        let objective = Objective::of(network.spec().head.activation);
        let targets = samples.iter().map(|sample| target(objective, &sample.labels, network.classes())).collect();
        let statistics = statistics(&images, channels);
        Ok(Self { images, targets, width, height, channels, statistics })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.images.len()
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
    pub fn spread(&self, count: usize, width: usize, height: usize) -> Result<Tensor> {
        let step = self.len().div_ceil(count).max(1);
        let views: Vec<View> = (0..self.len()).step_by(step).map(View::plain).collect();
        Ok(self.batch(&views, width, height)?.0)
    }

    /// Crops of `width` x `height` as `[batch, channels, height, width]` pixel levels, and targets `[batch, classes]`.
    pub fn batch(&self, views: &[View], width: usize, height: usize) -> Result<(Tensor, Tensor)> {
        let mut pixels = Vec::with_capacity(views.len() * self.channels * width * height);
        for view in views {
            self.append_crop(view, width, height, &mut pixels);
        }
        let targets: Vec<f32> = views.iter().flat_map(|view| self.target(view.image)).copied().collect();
        let classes = targets.len() / views.len().max(1);
        Ok((
            Tensor::from_vec(pixels, (views.len(), self.channels, height, width), &Device::Cpu)?,
            Tensor::from_vec(targets, (views.len(), classes), &Device::Cpu)?,
        ))
    }

    fn append_crop(&self, view: &View, width: usize, height: usize, pixels: &mut Vec<f32>) {
        let image = &self.images[view.image].pixels;
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

/// See [`Images::statistics`].
fn statistics(images: &[Image8], channels: usize) -> (Vec<f32>, Vec<f32>) {
    let pixels = images.iter().map(|image| image.pixels.len() / channels).sum::<usize>() as f64;
    (0..channels)
        .map(|channel| {
            let (mut sum, mut squares) = (0_u64, 0_u64);
            for image in images {
                for &value in image.pixels.iter().skip(channel).step_by(channels) {
                    sum += u64::from(value);
                    squares += u64::from(value).pow(2);
                }
            }
            let mean = sum as f64 / pixels;
            let deviation = (squares as f64 / pixels - mean * mean).max(0.0).sqrt();
            (mean as f32, if deviation > 1e-3 { deviation as f32 } else { 1.0 })
        })
        .unzip()
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
    fn crops_mirrors_and_separates_channels() -> Result<()> {
        // Pixel (x, y) of channel c is 100 c + 10 y + x.
        let value = |i: usize| (100 * (i % 2) + 10 * (i / 2 / 4) + i / 2 % 4) as u8;
        let image = Image8 { width: 4, height: 3, channels: 2, pixels: (0..24).map(value).collect() };
        let statistics = (vec![12.0, 112.0], vec![2.0, 4.0]);
        let images =
            Images { images: vec![image], targets: vec![vec![0.0, 1.0]], width: 4, height: 3, channels: 2, statistics };
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
