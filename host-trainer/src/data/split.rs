//! The three splits, and drawing those that a data set does not give.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::Sample;

/// What an image is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Weights are fitted and ranges calibrated on these.
    Train,
    /// Thresholds and epochs are chosen on these.
    Val,
    /// Reported, never looked at before.
    Test,
}

impl Split {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// The name used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }
}

/// Shares of a data set's images, which together are 1. A split that is given takes no part in a drawing: the others keep
/// their proportion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shares {
    pub train: f64,
    pub val: f64,
    pub test: f64,
}

impl Shares {
    fn of(self, split: Split) -> f64 {
        match split {
            Split::Train => self.train,
            Split::Val => self.val,
            Split::Test => self.test,
        }
    }
}

impl Default for Shares {
    fn default() -> Self {
        Self { train: 0.7, val: 0.1, test: 0.2 }
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("split `{0}`: expected train, val or test")]
pub struct UnknownSplitName(pub String);

impl FromStr for Split {
    type Err = UnknownSplitName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|split| split.name() == text).ok_or_else(|| UnknownSplitName(text.to_string()))
    }
}

/// Draws the splits that are not `given` out of the train images, by seed: whole groups together, and each label as near
/// to the shares as whole groups allow. The draw depends on names, labels, groups and the seed, not on the order of
/// `samples`.
pub(super) fn draw(samples: &mut [Sample], given: &[Split], shares: Shares, seed: u64) {
    let mut open: Vec<Split> = Split::ALL.into_iter().filter(|split| !given.contains(split)).collect();
    if open.is_empty() {
        return;
    }
    if !open.contains(&Split::Train) {
        open.insert(0, Split::Train);
    }
    let whole: f64 = open.iter().map(|&split| shares.of(split)).sum();

    for groups in strata(samples, seed).into_values() {
        let mut assigned = vec![0_usize; open.len()];
        for members in groups {
            let so_far = (assigned.iter().sum::<usize>() + members.len()) as f64;
            let lack = |place: usize| so_far * shares.of(open[place]) / whole - assigned[place] as f64;
            // The greatest lack wins; of equals the first, which is train.
            let place = (0..open.len()).rev().max_by(|&a, &b| lack(a).total_cmp(&lack(b))).unwrap_or(0);
            assigned[place] += members.len();
            for index in members {
                samples[index].split = open[place];
            }
        }
    }
}

/// Groups of train images (as indices) by the rarest label in the group, shuffled by seed inside each stratum.
fn strata(samples: &[Sample], seed: u64) -> BTreeMap<usize, Vec<Vec<usize>>> {
    let mut label_count: BTreeMap<usize, usize> = BTreeMap::new();
    let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, sample) in samples.iter().enumerate().filter(|(_, sample)| sample.split == Split::Train) {
        for &label in &sample.labels {
            *label_count.entry(label).or_default() += 1;
        }
        // An image without a group is a group of its own, which no named group can collide with.
        let key = match &sample.group {
            Some(group) => (group.as_str(), ""),
            None => ("", sample.name.as_str()),
        };
        groups.entry(key).or_default().push(index);
    }
    let mut shuffled: Vec<Vec<usize>> = groups.into_values().collect();
    shuffled.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut strata: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
    for members in shuffled {
        let labels = members.iter().flat_map(|&index| &samples[index].labels);
        let rarest = labels.min_by_key(|&label| (label_count[label], *label)).copied().unwrap_or(0);
        strata.entry(rarest).or_default().push(members);
    }
    strata
}
