//! Probabilities in words, for people: decisions were made before, with integers.

use fixed::types::I16F16;
use micromath::F32;
use switchback::model::Network;
use switchback::model::spec::MapActivation;

/// Differences of scores beyond this make no percent.
const FARTHEST: f32 = 20.0;

/// How probable a class is by the scores of an image, in percent, rounded; 0 where there is no such score. Exclusive classes share a
/// softmax; where any number may be in an image a score is a probability.
pub fn percent(network: &Network, scores: &[I16F16], class: usize) -> u8 {
    let Some(own) = scores.get(class).map(|score| score.to_num::<f32>()) else { return 0 };
    let probability = match network.spec().head.activation {
        MapActivation::Softmax => own,
        MapActivation::Relu => {
            // By its own type, so that a host, which has another exponential, says the same.
            let relative = |score: &I16F16| F32((score.to_num::<f32>() - own).clamp(-FARTHEST, FARTHEST)).exp().0;
            1.0 / scores.iter().map(relative).sum::<f32>()
        }
    };
    // A cast keeps to the range of its type.
    (100.0 * probability.clamp(0.0, 1.0) + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use switchback::model::spec::{HeadSpec, InputSpec, NetworkSpec};

    use super::*;

    fn of(head: HeadSpec, scores: &[f32], class: usize) -> u8 {
        let input = InputSpec { width: 16, height: 16, channels: 1 };
        let spec = NetworkSpec { head, stages: 0, ..NetworkSpec::table1(0.125, input, 2) };
        let network =
            Network::new(NetworkSpec { convolutions: spec.convolutions.iter().take(2).copied().collect(), ..spec });
        let scores: heapless::Vec<I16F16, 32> =
            scores.iter().map(|&score| I16F16::saturating_from_num(score)).collect();
        percent(&network.unwrap(), &scores, class)
    }

    #[test]
    fn exclusive_classes_share_a_softmax() {
        let of = |scores: &[f32], class| of(HeadSpec::PAPER_BINARY, scores, class);
        assert_eq!([of(&[0.0, 0.0], 0), of(&[0.0, 0.0], 1), of(&[0.0, 0.0], 2)], [50, 50, 0]);
        assert_eq!(of(&[0.0, 1.0], 1), 73); // 1 / (1 + 1/e)
        assert_eq!([of(&[-4e4, 4e4], 0), of(&[-4e4, 4e4], 1)], [0, 100]);
        assert_eq!(of(&[0.0; 32], 31), 3);
        assert_eq!(of(&[], 0), 0);
    }

    #[test]
    fn other_scores_are_probabilities() {
        let of = |scores: &[f32], class| of(HeadSpec::PAPER_MULTI_LABEL, scores, class);
        assert_eq!([of(&[0.9, 0.25], 1), of(&[0.9, 0.004], 1), of(&[1.5, 0.0], 0)], [25, 0, 100]);
    }
}
