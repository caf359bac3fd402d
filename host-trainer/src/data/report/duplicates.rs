//! Near-duplicates in different splits: what was trained on is then tested on.

use rayon::prelude::*;

use super::facts::Facts;
use super::thumbnail::{Hash, Thumbnail};
use super::{Listed, NearDuplicate};
use crate::data::{DataError, Sample, Split};

/// Matches of one image in one later split that are looked for: where all images look alike, all pairs would be half as
/// many as their square.
const MOST_MATCHES: usize = 16;

/// An image that can be compared: its place among the samples.
type Seen<'a> = (usize, &'a Thumbnail);

/// Pairs of images of different splits that look alike, the likest first.
pub(super) fn across_splits(samples: &[Sample], facts: &[Result<Facts, DataError>]) -> Listed<NearDuplicate> {
    let of_split = |split: Split| -> Vec<Seen<'_>> {
        let images = samples.iter().zip(facts).enumerate().filter(|(_, (sample, _))| sample.split == split);
        images.filter_map(|(image, (_, facts))| Some((image, facts.as_ref().ok()?.thumbnail.as_ref()?))).collect()
    };
    let [train, val, test] = Split::ALL.map(of_split);
    let mut pairs: Vec<([usize; 2], f32)> = Vec::new();
    for (later, earlier) in [(&val, vec![&train]), (&test, vec![&train, &val])] {
        // One after the other in memory: almost all that is looked at.
        let hashes: Vec<Hash> = later.iter().map(|(_, thumbnail)| thumbnail.hash).collect();
        let matches = |&(image, thumbnail): &Seen<'_>| {
            let near = later.iter().zip(&hashes).filter(|(_, hash)| thumbnail.hash.is_near(hash));
            let alike = near.filter_map(|(&(other, of_other), _)| Some(([image, other], thumbnail.matches(of_other)?)));
            alike.take(MOST_MATCHES).collect::<Vec<_>>()
        };
        for images in earlier {
            pairs.par_extend(images.par_iter().flat_map_iter(matches));
        }
    }
    // Of equally alike pairs, the order of the data set.
    pairs.sort_by(|(images, correlation), (others, other)| other.total_cmp(correlation).then(images.cmp(others)));
    let named = |&([a, b], correlation): &([usize; 2], f32)| {
        let [a, b] = [&samples[a], &samples[b]];
        NearDuplicate { names: [a.name.clone(), b.name.clone()], splits: [a.split, b.split], correlation }
    };
    Listed { count: pairs.len(), first: pairs.iter().take(super::LISTED).map(named).collect() }
}
