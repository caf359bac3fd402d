//! Near-duplicates in different splits: what was trained on is then tested on.

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::facts::Facts;
use super::thumbnail::{MOST_SQUARED_DISTANCE, Point, Thumbnail};
use super::{Listed, NearDuplicate};
use crate::data::{DataError, Sample, Split};

/// Matches of one image in one later split that are looked for: where all images look alike, all pairs would be half as
/// many as their square.
pub(super) const MOST_MATCHES: usize = 16;

/// An image that can be compared: its place among the samples.
type Seen<'a> = (usize, &'a Thumbnail);

/// Pairs of images of different splits that look alike, the likest first.
pub(super) fn across_splits(samples: &[Sample], facts: &[Result<Facts, DataError>]) -> Listed<NearDuplicate> {
    let of_split = |split: Split| -> Vec<Seen<'_>> {
        let images = samples.iter().zip(facts).enumerate().filter(|(_, (sample, _))| sample.split == split);
        images.filter_map(|(image, (_, facts))| Some((image, facts.as_ref().ok()?.thumbnail.as_ref()?))).collect()
    };
    let [train, val, test] = Split::ALL.map(of_split);
    let mut pairs = Vec::new();
    for (later, earlier) in [(&val, [&train, &Vec::new()]), (&test, [&train, &val])] {
        let points = later.iter().map(|&seen| GeomWithData::new(seen.1.point(), seen)).collect();
        // Only what is near in eight directions is compared: not each image with each.
        let tree = RTree::bulk_load(points);
        for images in earlier {
            pairs.par_extend(images.par_iter().flat_map_iter(|&seen| matches(seen, &tree)));
        }
    }
    // Of equally alike pairs, the order of the data set.
    pairs.sort_by(|(images, correlation), (others, other)| other.total_cmp(correlation).then(images.cmp(others)));
    let named = |([a, b], correlation): &([usize; 2], f32)| {
        let [a, b] = [&samples[*a], &samples[*b]];
        NearDuplicate { names: [a.name.clone(), b.name.clone()], splits: [a.split, b.split], correlation: *correlation }
    };
    Listed { count: pairs.len(), first: pairs.iter().take(super::LISTED).map(named).collect() }
}

/// The first matches of an image among those of a later split.
fn matches<'a>(
    (image, thumbnail): Seen<'a>,
    later: &RTree<GeomWithData<Point, Seen<'a>>>,
) -> impl Iterator<Item = ([usize; 2], f32)> {
    let near = later.locate_within_distance(thumbnail.point(), MOST_SQUARED_DISTANCE);
    let alike = near.filter_map(move |other| {
        let (other, of_other) = other.data;
        Some(([image, other], thumbnail.matches(of_other)?))
    });
    alike.take(MOST_MATCHES)
}
