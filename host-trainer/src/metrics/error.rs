//! Why a metric could not be computed.

/// Inputs of a metric that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricsError {
    /// A map or mask whose buffer does not hold `width * height` values, or that has no pixel at all.
    #[error("{what}: found {found} values, expected {width}x{height} (at least one pixel)")]
    Size {
        /// `evidence map` or `label map`.
        what: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Length of the buffer.
        found: usize,
    },
    /// Two inputs that must be as long as each other, or as long as the list of classes.
    #[error("{what}: found {found}, expected {expected}")]
    Length {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A label map with a class that the network does not know.
    #[error("class in a label map: found {found}, expected one below {classes} or 255 (ignore)")]
    UnknownClass {
        /// The class found.
        found: u8,
        /// Number of classes with background.
        classes: usize,
    },
    /// No negative image to choose a threshold from.
    #[error("negative images to choose a threshold from: found none, expected at least one in the validation split")]
    NoNegatives,
    /// No mask to choose a threshold from.
    #[error("masks to choose a threshold from: found none, expected one at least in the validation split")]
    NoMasks,
    /// A share that is not one.
    #[error("rate of false alarms: found {found}, expected 0 to 1")]
    Rate {
        /// The rate as written.
        found: String,
    },
}
