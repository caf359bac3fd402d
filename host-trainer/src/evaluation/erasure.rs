//! The erasure test: a network that still tells the classes apart when the lesions are gone has learned something else
//! than lesions, and the data set has a short cut. It needs masks, and judges; it never trains.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use super::EvaluationSet;
use crate::data::{Image8, Mask, Task};
use crate::engine::Prediction;
use crate::metrics::{Erasure, IGNORE, StageId, roc_auc};

/// Pixels that a patch reaches beyond the mask, so that no rim of the lesion is left.
const MARGIN: usize = 2;
/// Width in pixels of the ring around a patch whose grey values it is filled with.
const RING: usize = 4;

/// A split on which the test cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErasureError {
    /// Lesions are erased in binary problems only.
    #[error("erasure test: found a data set with several labels an image, expected two classes")]
    NotBinary,
    /// Nothing to erase, or nothing to compare with.
    #[error(
        "erasure test: found {positives} positive images with a mask and {negatives} negative images, \
         expected at least one of each"
    )]
    Images {
        /// Positive images whose mask marks a pixel.
        positives: usize,
        /// Negative images.
        negatives: usize,
    },
    /// The network's scores are no numbers.
    #[error("erasure test: found a score that is not a number")]
    Score,
}

/// The image AUC of a network over `set` as it is, with every masked lesion erased, and with as large a patch at the same
/// places in the negatives too: each negative borrows the mask of a positive, each mask equally often. Equal seeds give
/// equal images. `predict` runs the network.
///
/// # Errors
/// [`ErasureError`] when the split does not allow the test, and whatever `predict` returns.
pub fn erasure<E: From<ErasureError>>(
    id: StageId,
    set: &EvaluationSet,
    seed: u64,
    predict: impl Fn(&[Image8]) -> Result<Vec<Prediction>, E>,
) -> Result<Erasure, E> {
    if set.task != Task::Binary {
        return Err(ErasureError::NotBinary.into());
    }
    let marked = |i: &usize| set.masks[*i].as_ref().is_some_and(|mask| mask.labels().foreground_share() > 0.0);
    let positives: Vec<usize> = (0..set.len()).filter(|&i| set.is_positive(i)).filter(marked).collect();
    let negatives: Vec<usize> = (0..set.len()).filter(|&i| !set.is_positive(i)).collect();
    if positives.is_empty() || negatives.is_empty() {
        return Err(ErasureError::Images { positives: positives.len(), negatives: negatives.len() }.into());
    }
    let judged: Vec<usize> = positives.iter().chain(&negatives).copied().collect();
    let originals: Vec<Image8> = judged.iter().map(|&i| set.images[i].clone()).collect();
    let masks = lent(set, &positives, negatives.len(), seed);
    let erased: Vec<Image8> = (0..)
        .zip(originals.iter().zip(masks))
        .map(|(i, (image, mask))| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(i);
            erase(image, mask, &mut random)
        })
        .collect();

    let margins = |images: &[Image8]| -> Result<Vec<f32>, E> {
        Ok(predict(images)?.iter().map(|prediction| prediction.margin() as f32).collect())
    };
    let (before, after) = (margins(&originals)?, margins(&erased)?);
    let labels: Vec<bool> = judged.iter().map(|&i| set.is_positive(i)).collect();
    let auc = |scores: &[f32]| roc_auc(scores, &labels).ok_or(ErasureError::Score);
    let (lesions, rest) = (&after[..positives.len()], &before[positives.len()..]);
    Ok(Erasure {
        id,
        positives: positives.len(),
        negatives: negatives.len(),
        auc: auc(&before)?,
        auc_erased: auc(&[lesions, rest].concat())?,
        auc_erased_in_both: auc(&after)?,
    })
}

/// The mask of each positive, then one for each negative: those of the positives in a drawn order, over and over.
fn lent<'a>(set: &'a EvaluationSet, positives: &[usize], negatives: usize, seed: u64) -> Vec<&'a Mask> {
    let own: Vec<&Mask> = positives.iter().filter_map(|&i| set.masks[i].as_ref()).collect();
    let mut drawn = own.clone();
    drawn.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    own.into_iter().chain(drawn.into_iter().cycle().take(negatives)).collect()
}

/// `image` with the lesion of `mask` and [`MARGIN`] pixels around it covered by noise, which has the mean and the standard
/// deviation, channel by channel, of the [`RING`] pixels around that (of the whole image where nothing is left around it).
fn erase(image: &Image8, mask: &Mask, random: &mut ChaCha8Rng) -> Image8 {
    let lesion: Vec<bool> = mask.classes.iter().map(|&class| class != 0 && class != IGNORE).collect();
    let patch = grown(&lesion, image.width, MARGIN);
    let mut around = grown(&patch, image.width, RING);
    around.iter_mut().zip(&patch).for_each(|(around, &patch)| *around &= !patch);
    if !around.contains(&true) {
        around.fill(true);
    }
    let mut erased = image.clone();
    for channel in 0..image.channels {
        let levels = || image.pixels.iter().skip(channel).step_by(image.channels).map(|&level| f64::from(level));
        let ring: Vec<f64> = levels().zip(&around).filter(|(_, around)| **around).map(|(level, _)| level).collect();
        let mean = ring.iter().sum::<f64>() / ring.len() as f64;
        let variance = ring.iter().map(|level| (level - mean).powi(2)).sum::<f64>() / ring.len() as f64;
        let Ok(noise) = Normal::new(mean, variance.sqrt()) else { continue };
        let pixels = erased.pixels.iter_mut().skip(channel).step_by(image.channels);
        // A float-to-int cast saturates at 0 and 255.
        pixels
            .zip(&patch)
            .filter(|(_, patch)| **patch)
            .for_each(|(pixel, _)| *pixel = noise.sample(random).round() as u8);
    }
    erased
}

/// The pixels at most `reach` rows and columns away from a marked one; rows of `width`.
fn grown(marked: &[bool], width: usize, reach: usize) -> Vec<bool> {
    let height = marked.len() / width;
    let near = |at: usize, length: usize| at.saturating_sub(reach)..(at + reach + 1).min(length);
    let along: Vec<bool> =
        (0..marked.len()).map(|i| near(i % width, width).any(|x| marked[i / width * width + x])).collect();
    (0..marked.len()).map(|i| near(i / width, height).any(|y| along[y * width + i % width])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Engine;
    use switchback::model::MapShape;

    const SIDE: usize = 24;
    const ID: StageId = StageId { engine: Engine::Int8, stage: 0 };

    /// A bright lesion of 4x4 pixels, three pixels of rim with it, on a noisy ground at `ground`.
    fn image(lesion: Option<usize>, ground: u8) -> (Image8, Option<Mask>) {
        let inside = |i: usize, rim: usize| {
            let near = |at: usize, start: usize| (start - rim..start + 4 + rim).contains(&at);
            lesion.is_some_and(|start| near(i % SIDE, start) && near(i / SIDE, start))
        };
        let pixels =
            (0..SIDE * SIDE).map(|i| if inside(i, 1) { 250 } else { ground + (i * 7919 % 23) as u8 }).collect();
        let mask = Mask { width: SIDE, height: SIDE, classes: (0..SIDE * SIDE).map(|i| inside(i, 0).into()).collect() };
        (Image8 { width: SIDE, height: SIDE, channels: 1, pixels }, lesion.map(|_| mask))
    }

    /// Eight positives and as many negatives; the positives' ground is brighter by `short_cut`.
    fn set(short_cut: u8) -> EvaluationSet {
        let lesion = |i: usize| (i < 8).then_some(5 + i);
        let both = (0..16).map(|i| image(lesion(i), 40 + (i % 8) as u8 + if i < 8 { short_cut } else { 0 }));
        let (images, masks): (Vec<_>, Vec<_>) = both.unzip();
        EvaluationSet {
            task: Task::Binary,
            classes: vec!["normal".into(), "lesion".into()],
            names: vec![String::new(); 16],
            images,
            labels: (0..16).map(|i| vec![usize::from(i < 8)]).collect(),
            masks,
        }
    }

    fn scored(images: &[Image8], score: impl Fn(&Image8) -> f64) -> Result<Vec<Prediction>, ErasureError> {
        let shape = MapShape { width: 1, height: 1, channels: 1 };
        let prediction = |image| Prediction { scores: vec![0.0, score(image)], shape, maps: vec![], labels: vec![] };
        Ok(images.iter().map(prediction).collect())
    }

    fn mean(image: &Image8) -> f64 {
        image.pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / image.pixels.len() as f64
    }

    #[test]
    fn a_network_that_sees_lesions_fails_without_them_and_one_with_a_short_cut_does_not() {
        let brightest = |images: &[Image8]| {
            scored(images, |image| f64::from(image.pixels.iter().copied().max().unwrap_or_default() / 200))
        };
        let found = erasure(ID, &set(0), 1, brightest).unwrap();
        assert_eq!((found.auc, found.auc_erased, found.auc_erased_in_both), (1.0, 0.5, 0.5));
        assert_eq!((found.positives, found.negatives, found.short_cut()), (8, 8, false));

        let ground = |images: &[Image8]| scored(images, mean);
        let found = erasure(ID, &set(60), 1, ground).unwrap();
        assert_eq!((found.auc, found.auc_erased, found.auc_erased_in_both), (1.0, 1.0, 1.0));
        assert!(found.short_cut());
        assert_eq!(erasure(ID, &set(60), 1, ground).unwrap(), found);
    }

    #[test]
    fn a_network_that_sees_patches_is_exposed_by_patches_in_both() {
        let originals = set(0).images;
        let changed = |images: &[Image8]| {
            scored(images, |image| f64::from(u8::from(!originals.contains(image) || image.pixels.contains(&250))))
        };
        let found = erasure(ID, &set(0), 1, changed).unwrap();
        assert_eq!((found.auc, found.auc_erased, found.auc_erased_in_both), (1.0, 1.0, 0.5));
    }

    #[test]
    fn noise_like_the_ring_covers_lesion_and_rim_and_nothing_else() {
        let (bright, mask) = image(Some(10), 100);
        let mask = mask.unwrap();
        let erased_by = |seed| erase(&bright, &mask, &mut ChaCha8Rng::seed_from_u64(seed));
        let erased = erased_by(3);
        let differs = |i: usize| erased.pixels[i] != bright.pixels[i];
        let patch = |i: usize| (8..16).contains(&(i % SIDE)) && (8..16).contains(&(i / SIDE));
        assert!((0..SIDE * SIDE).all(|i| patch(i) || !differs(i)));
        // Ground 100 to 122: mean 111, standard deviation 6.6.
        let patch: Vec<f64> = (0..SIDE * SIDE).filter(|&i| patch(i)).map(|i| erased.pixels[i].into()).collect();
        let mean = patch.iter().sum::<f64>() / 64.0;
        let deviation = (patch.iter().map(|level| (level - mean).powi(2)).sum::<f64>() / 64.0).sqrt();
        assert!((mean - 111.0).abs() < 3.0 && (deviation - 6.6).abs() < 2.0, "{mean} {deviation}");
        assert_eq!(erased, erased_by(3));
        assert_ne!(erased, erased_by(4));
    }

    #[test]
    fn channels_are_filled_apart_and_a_mask_of_the_whole_image_is_survived() {
        let pixels = (0..SIDE * SIDE).flat_map(|_| [10, 100, 200]).collect();
        let colour = Image8 { width: SIDE, height: SIDE, channels: 3, pixels };
        for marked in [1, SIDE * SIDE] {
            let classes = (0..SIDE * SIDE).map(|i| u8::from(i < marked)).collect();
            let mask = Mask { width: SIDE, height: SIDE, classes };
            assert_eq!(erase(&colour, &mask, &mut ChaCha8Rng::seed_from_u64(0)), colour);
        }
    }

    #[test]
    fn what_does_not_allow_the_test_is_said() {
        let none = |images: &[Image8]| scored(images, |_| 0.0);
        let mut without = set(0);
        without.masks.fill(None);
        let error = ErasureError::Images { positives: 0, negatives: 8 };
        assert_eq!(erasure(ID, &without, 0, none), Err(error));
        without.task = Task::MultiLabel;
        assert_eq!(erasure(ID, &without, 0, none), Err(ErasureError::NotBinary));
        let nan = |images: &[Image8]| scored(images, |_| f64::NAN);
        assert_eq!(erasure(ID, &set(0), 0, nan), Err(ErasureError::Score));
    }
}
