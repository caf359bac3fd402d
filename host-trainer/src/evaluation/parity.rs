//! Core against host model over many images.

use indicatif::ProgressBar;
use rayon::prelude::*;
use switchback::model::Model;

use crate::data::Image8;
use crate::engine::host::{self, ParityError};
use crate::host_model::HostModel;
use crate::metrics::Parity;

/// How many values were compared, and where the first difference is.
#[derive(Clone, Debug)]
pub struct ParityOutcome {
    /// The counts of `metrics.json`.
    pub counts: Parity,
    /// Index of the image and name of the tap, where something differs.
    pub first_difference: Option<(usize, String)>,
}

/// Compares core and host model on every image, at every layer.
///
/// # Errors
/// [`ParityError`] when one of the two does not run.
pub fn compare_with_host_model(
    model: &Model<'_>,
    images: &[Image8],
    progress: &ProgressBar,
) -> Result<ParityOutcome, ParityError> {
    let host_model = HostModel::new(model)?;
    let compare = |(i, image): (usize, &Image8)| -> Result<(Parity, Option<(usize, String)>), ParityError> {
        let mut tap = None;
        let counts = host::compare(model, &host_model, &image.pixels, &mut tap)?;
        progress.inc(1);
        Ok((counts, tap.map(|tap| (i, tap))))
    };
    let compared = images.par_iter().enumerate().map(compare).collect::<Result<Vec<_>, _>>()?;
    let mut outcome =
        ParityOutcome { counts: Parity { images: 0, values_compared: 0, mismatches: 0 }, first_difference: None };
    for (counts, difference) in compared {
        outcome.counts.images += counts.images;
        outcome.counts.values_compared += counts.values_compared;
        outcome.counts.mismatches += counts.mismatches;
        outcome.first_difference = outcome.first_difference.or(difference);
    }
    Ok(outcome)
}
