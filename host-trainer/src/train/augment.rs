//! Random crops and mirroring (section 4.2), and what a recipe adds to them: a function of seed, phase and epoch.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::phase::Phase;

/// One training image as one step sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    /// Index of the image.
    pub image: usize,
    /// Left edge of the crop.
    pub left: usize,
    /// Upper edge of the crop.
    pub top: usize,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
    /// Whether top and bottom are exchanged.
    pub flipped: bool,
    /// What distances from the mean grey are multiplied by.
    pub contrast: f32,
    /// What is added, in standard deviations of the grey levels.
    pub brightness: f32,
}

impl View {
    /// The image as it is, but for the part that is cut off right and below.
    pub fn plain(image: usize) -> Self {
        Self { image, left: 0, top: 0, mirrored: false, flipped: false, contrast: 1.0, brightness: 0.0 }
    }
}

/// How much views of one image differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Augmentation {
    /// Room that a crop has within its image, from side to side.
    pub slack_width: usize,
    /// The same from top to bottom.
    pub slack_height: usize,
    /// [`Recipe::flip`](super::Recipe::flip).
    pub flip: bool,
    /// [`Recipe::exposure`](super::Recipe::exposure).
    pub exposure: f32,
}

/// How many batches an epoch has: all full, unless there are fewer images than one batch takes.
pub(super) fn batches_per_epoch(images: usize, batch: usize) -> usize {
    (images / batch).max(1)
}

/// All batches of one epoch: images in a random order, those that do not fill a batch left out until another epoch.
pub(super) fn epoch_views(
    seed: u64,
    phase: Phase,
    epoch: usize,
    images: usize,
    batch: usize,
    augmentation: Augmentation,
) -> Vec<Vec<View>> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&phase.number().to_le_bytes());
    key[16..24].copy_from_slice(&(epoch as u64).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    let mut order: Vec<usize> = (0..images).collect();
    order.shuffle(&mut rng);
    let Augmentation { slack_width, slack_height, flip, exposure } = augmentation;
    let mut view = |&image: &usize| {
        // u32: the same draws where usize is 32 bits.
        let left = rng.random_range(0..=slack_width as u32) as usize;
        let top = rng.random_range(0..=slack_height as u32) as usize;
        let mirrored = rng.random();
        let flipped = flip && rng.random();
        let mut change = || if exposure > 0.0 { rng.random_range(-exposure..=exposure) } else { 0.0 };
        View { image, left, top, mirrored, flipped, contrast: 1.0 + change(), brightness: change() }
    };
    let size = batch.min(images).max(1);
    order.chunks_exact(size).map(|chunk| chunk.iter().map(&mut view).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROP: Augmentation = Augmentation { slack_width: 3, slack_height: 0, flip: false, exposure: 0.0 };

    #[test]
    fn an_epoch_sees_every_image_once_within_its_bounds_and_differs_from_the_next() {
        let epoch = |number| epoch_views(1, Phase::Baseline, number, 40, 8, CROP);
        let views: Vec<View> = epoch(0).concat();
        let mut seen: Vec<usize> = views.iter().map(|view| view.image).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..40).collect::<Vec<_>>());
        assert!(views.iter().all(|view| view.left <= 3 && view.top == 0));
        assert!((0..=3).all(|left| views.iter().any(|view| view.left == left)));
        assert!(views.iter().any(|view| view.mirrored) && views.iter().any(|view| !view.mirrored));
        assert!(views.iter().all(|view| !view.flipped && (view.contrast, view.brightness) == (1.0, 0.0)));
        assert_eq!(epoch(0), epoch(0));
        assert_ne!(epoch(0), epoch(1));
        assert_ne!(epoch(0), epoch_views(1, Phase::Stage(1), 0, 40, 8, CROP));
    }

    #[test]
    fn flips_and_exposures_stay_within_what_the_recipe_allows() {
        let augmentation = Augmentation { flip: true, exposure: 0.3, ..CROP };
        let views = epoch_views(1, Phase::Baseline, 0, 40, 8, augmentation).concat();
        assert!(views.iter().any(|view| view.flipped) && views.iter().any(|view| !view.flipped));
        for change in [|view: &View| view.contrast - 1.0, |view: &View| view.brightness] {
            assert!(views.iter().map(change).all(|change| change.abs() < 0.301));
            assert!(views.iter().any(|view| change(view) > 0.1) && views.iter().any(|view| change(view) < -0.1));
        }
    }

    #[test]
    fn few_images_make_one_smaller_batch() {
        let batches = epoch_views(1, Phase::Baseline, 0, 5, 8, CROP);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [5]);
        assert_eq!(batches_per_epoch(5, 8), 1);
        assert_eq!(batches_per_epoch(23, 8), epoch_views(1, Phase::Baseline, 0, 23, 8, CROP).len());
    }
}
