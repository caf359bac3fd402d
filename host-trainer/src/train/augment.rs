//! Random crops and mirroring (section 4.2), a function of seed, phase and epoch.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::phase::Phase;

/// One training image as one step sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// Index of the image.
    pub image: usize,
    /// Left edge of the crop.
    pub left: usize,
    /// Upper edge of the crop.
    pub top: usize,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
}

/// Room that a crop has within its image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slack {
    pub width: usize,
    pub height: usize,
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
    slack: Slack,
) -> Vec<Vec<View>> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&phase.number().to_le_bytes());
    key[16..24].copy_from_slice(&(epoch as u64).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    let mut order: Vec<usize> = (0..images).collect();
    order.shuffle(&mut rng);
    let mut view = |&image: &usize| View {
        image,
        // u32: the same draws where usize is 32 bits.
        left: rng.random_range(0..=slack.width as u32) as usize,
        top: rng.random_range(0..=slack.height as u32) as usize,
        mirrored: rng.random(),
    };
    let size = batch.min(images).max(1);
    order.chunks_exact(size).map(|chunk| chunk.iter().map(&mut view).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_image_once_within_its_bounds_and_differs_from_the_next() {
        let slack = Slack { width: 3, height: 0 };
        let epoch = |number| epoch_views(1, Phase::Baseline, number, 40, 8, slack);
        let views: Vec<View> = epoch(0).concat();
        let mut seen: Vec<usize> = views.iter().map(|view| view.image).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..40).collect::<Vec<_>>());
        assert!(views.iter().all(|view| view.left <= 3 && view.top == 0));
        assert!((0..=3).all(|left| views.iter().any(|view| view.left == left)));
        assert!(views.iter().any(|view| view.mirrored) && views.iter().any(|view| !view.mirrored));
        assert_eq!(epoch(0), epoch(0));
        assert_ne!(epoch(0), epoch(1));
        assert_ne!(epoch(0), epoch_views(1, Phase::Stage(1), 0, 40, 8, slack));
    }

    #[test]
    fn few_images_make_one_smaller_batch() {
        let batches = epoch_views(1, Phase::Baseline, 0, 5, 8, Slack { width: 0, height: 0 });
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [5]);
        assert_eq!(batches_per_epoch(5, 8), 1);
        assert_eq!(
            batches_per_epoch(23, 8),
            epoch_views(1, Phase::Baseline, 0, 23, 8, Slack { width: 0, height: 0 }).len()
        );
    }
}
