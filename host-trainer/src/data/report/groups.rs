//! Groups that a given split tears apart: a patient who is trained on and tested on.

use std::collections::BTreeMap;

use super::{SplitCounts, TornGroup};
use crate::data::{Sample, Split};

/// Groups with images in more than one split, by name.
pub(super) fn torn(samples: &[Sample]) -> Vec<TornGroup> {
    let mut groups: BTreeMap<&str, Vec<Split>> = BTreeMap::new();
    for sample in samples {
        if let Some(group) = &sample.group {
            groups.entry(group).or_default().push(sample.split);
        }
    }
    groups
        .into_iter()
        .filter(|(_, splits)| splits.iter().any(|split| *split != splits[0]))
        .map(|(name, splits)| TornGroup { name: name.to_owned(), images: SplitCounts::of(splits.into_iter()) })
        .collect()
}
