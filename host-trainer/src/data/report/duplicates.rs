//! Near-duplicates in different splits: what was trained on is then tested on.

use rayon::prelude::*;

use super::NearDuplicate;
use super::facts::Facts;
use super::thumbnail::Thumbnail;
use crate::data::{DataError, Sample};

/// All pairs of images of different splits that look alike, the likest first.
pub(super) fn across_splits(samples: &[Sample], facts: &[Result<Facts, DataError>]) -> Vec<NearDuplicate> {
    let mut seen: Vec<(&Sample, &Thumbnail)> = samples
        .iter()
        .zip(facts)
        .filter_map(|(sample, facts)| Some((sample, facts.as_ref().ok()?.thumbnail.as_ref()?)))
        .collect();
    seen.sort_by_key(|(sample, _)| sample.split);
    let mut pairs: Vec<NearDuplicate> = (0..seen.len())
        .into_par_iter()
        .flat_map_iter(|first| {
            let (a, thumbnail) = seen[first];
            let others = seen[first + 1..].iter().filter(move |(b, _)| b.split != a.split);
            others.filter_map(move |(b, other)| {
                let correlation = thumbnail.matches(other)?;
                let names = [a.name.clone(), b.name.clone()];
                Some(NearDuplicate { names, splits: [a.split, b.split], correlation })
            })
        })
        .collect();
    // Stable: of equally alike pairs, the order of the data set.
    pairs.sort_by(|a, b| b.correlation.total_cmp(&a.correlation));
    pairs
}
