//! Can the labels be told without the lesion? The figures of the erasure test, and what they say in words.

use serde::{Deserialize, Serialize};

use super::StageId;

/// Image AUC above which a network still tells the classes apart.
pub const SHORT_CUT_AUC: f64 = 0.75;

/// Image AUC of one network before and after the lesions were erased from the images (binary problems). Positive images
/// without a mask are left out of all three.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Erasure {
    /// `engine` and `stage` of the network.
    #[serde(flatten)]
    pub id: StageId,
    /// Positive images whose lesion was erased.
    pub positives: usize,
    /// Negative images.
    pub negatives: usize,
    /// The images as they are.
    pub auc: f64,
    /// Lesions erased, negatives as they are.
    pub auc_erased: f64,
    /// Lesions erased, and as large a patch at the same places in the negatives.
    pub auc_erased_in_both: f64,
}

impl Erasure {
    /// Whether the labels can be told without the lesion, and not by the patches either.
    pub fn short_cut(&self) -> bool {
        self.auc_erased > SHORT_CUT_AUC && self.auc_erased_in_both > SHORT_CUT_AUC
    }

    /// One paragraph for the terminal.
    pub fn paragraph(&self) -> String {
        let Self { auc, auc_erased, auc_erased_in_both, .. } = self;
        let figures = format!(
            "erasure test ({}, stage {}): with the lesions of {} images covered by noise the image AUC is {auc_erased:.3} \
             instead of {auc:.3}; with the same patches in the {} negatives as well it is {auc_erased_in_both:.3}.",
            self.id.engine.name(),
            self.id.stage,
            self.positives,
            self.negatives,
        );
        let verdict = if *auc <= SHORT_CUT_AUC {
            "The network hardly tells the classes apart to begin with, so the test says nothing yet."
        } else if self.short_cut() {
            "The labels can be told without the lesion: the data set has a short cut, and a good score does not show that \
             the network saw the lesion. Look for what else differs between the classes (source, device, borders, crop)."
        } else if *auc_erased > SHORT_CUT_AUC {
            "What is left is due to the patches, not to the images: no sign of a short cut."
        } else if *auc_erased_in_both > SHORT_CUT_AUC {
            "The classes still differ once both carry a patch: a short cut cannot be excluded."
        } else {
            "The network needs the lesion: no sign of a short cut."
        };
        format!("{figures} {verdict}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Engine;

    #[test]
    fn the_paragraph_says_what_the_figures_mean() {
        let says = |auc, auc_erased, auc_erased_in_both| {
            let id = StageId { engine: Engine::Int8, stage: 3 };
            let erasure = Erasure { id, positives: 30, negatives: 40, auc, auc_erased, auc_erased_in_both };
            (erasure.short_cut(), erasure.paragraph())
        };
        let (short_cut, text) = says(0.98, 0.93, 0.91);
        assert!(short_cut && text.contains("0.930 instead of 0.980") && text.contains("has a short cut"), "{text}");
        let expected = [
            ((0.98, 0.55, 0.5), "needs the lesion"),
            ((0.98, 0.9, 0.5), "due to the patches"),
            ((0.98, 0.5, 0.9), "cannot be excluded"),
            ((0.75, 0.8, 0.8), "says nothing yet"),
        ];
        for ((auc, erased, both), words) in expected {
            let (_, text) = says(auc, erased, both);
            assert!(text.contains(words), "{text}");
        }
        assert!(!says(0.98, 0.9, 0.5).0 && !says(0.98, 0.5, 0.9).0);
    }
}
