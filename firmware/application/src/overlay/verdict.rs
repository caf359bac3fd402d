//! What a person is told about an image.

use switchback::model::Model;
use switchback::model::spec::MAX_CLASSES;
use switchback::ops::softmax;
use switchback::stream::Inference;

/// The class to name, the percent beside it, and the map to show. For people: decisions are
/// [`Inference::is_positive`]'s and the scores'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Verdict {
    /// Binary problems: 1 where the image is positive at the model's operating point, else 0. Others: the class of the
    /// highest score.
    pub class: usize,
    /// Softmax of the scores at that class, in percent.
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
        Self { class, percent: percent(scores(), class), map: highest(1).saturating_sub(network.class_of_map(0)) }
    }
}

/// Softmax of Q16 scores at one of them, in percent, rounded; 0 where there is no such score.
fn percent(scores: impl Iterator<Item = i32>, class: usize) -> u8 {
    let scores: heapless::Vec<i32, MAX_CLASSES> = scores.take(MAX_CLASSES).collect();
    let mut shares = [0; MAX_CLASSES];
    softmax(&scores, &mut shares);
    let share = shares.get(..scores.len()).and_then(|shares| shares.get(class)).copied().unwrap_or(0);
    ((u32::from(share) * 100 + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percents_are_the_softmax() {
        let of = |scores: &[i32], class| percent(scores.iter().copied(), class);
        assert_eq!([of(&[0, 0], 0), of(&[0, 0], 1), of(&[0, 0], 2)], [50, 50, 0]);
        assert_eq!(of(&[0, 1 << 16], 1), 73); // 1 / (1 + 1/e)
        assert_eq!(of(&[i32::MIN, i32::MAX], 1), 100);
        assert_eq!(of(&[0; 32], 31), 3);
        assert_eq!(of(&[], 0), 0);
    }
}
