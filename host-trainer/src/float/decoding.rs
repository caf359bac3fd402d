//! How a network comes down from its top map: the product's way, and those it is measured against.

use serde::{Deserialize, Serialize};

/// The product's decoder or one with a part of the method taken out. Only the product's can become integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decoding {
    /// Unpooling through the switches, deconvolution with the convolution's own weights (Eq. 2 and 3).
    #[default]
    Tied,
    /// Unpooling through the switches, deconvolution with weights of its own.
    Untied,
    /// Every value repeated over its 2x2 window in place of its switch's pixel, tied weights.
    NearestUnpooling,
}
