//! What of the method a float network has: all of it, or a control or comparator that lacks or changes a part.

use serde::{Deserialize, Serialize};

use super::decoding::Decoding;
use super::pooling::Pooling;

/// The way of a network from its top map to its scores, and what trains its maps. Only the product's, the default, can become
/// integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Method {
    /// How it comes down from its top map.
    pub decoding: Decoding,
    /// How a class map becomes a score.
    pub pooling: Pooling,
    /// What is compared with the image's labels.
    pub supervision: Supervision,
}

/// What is compared with an image's labels in the phases with class maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supervision {
    /// The pooled scores (Eq. 7).
    #[default]
    Scores,
    /// Every pixel, with the nearest distribution that meets constraints which the labels imply (C-CNN, Pathak et al. 2015).
    Constraints,
    /// The same, and no class fills more than a tenth of the image: the size constraint, for data sets of small findings.
    SmallConstraints,
}

impl From<Decoding> for Method {
    fn from(decoding: Decoding) -> Self {
        Self { decoding, ..Self::default() }
    }
}
