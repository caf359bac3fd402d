//! What a person is told about an image.

use switchback::model::Model;
use switchback::stream::Inference;

use crate::percent;

/// The class to name, the percent beside it, and the map to show. For people: decisions are
/// [`Inference::is_positive`]'s and the scores'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Verdict {
    /// Binary problems: 1 where the image is positive at the model's operating point, else 0. Others: the class of the
    /// highest score.
    pub class: usize,
    /// How probable that class is, in percent.
    pub percent: u8,
    /// The class map of the object (a class other than 0) of the highest score.
    pub map: usize,
}

impl Verdict {
    /// The verdict on an image.
    pub fn of(model: &Model<'_>, inference: &Inference<'_>) -> Self {
        let network = model.network();
        let scores = || inference.scores().iter().map(|score| score.to_bits());
        let highest = |from: usize| {
            let highest =
                scores().enumerate().skip(from).max_by_key(|&(class, score)| (score, core::cmp::Reverse(class)));
            highest.map_or(0, |(class, _)| class)
        };
        let class = if network.classes() == 2 { usize::from(inference.is_positive()) } else { highest(0) };
        Self {
            class,
            percent: percent(network, inference.scores(), class),
            map: highest(1).saturating_sub(network.class_of_map(0)),
        }
    }
}
